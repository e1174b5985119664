"""Faces: where they are, how they turn, what eyes and mouth do. Only with the consent of those filmed."""
