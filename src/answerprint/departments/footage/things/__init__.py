"""Things: objects and actions by a user's ONNX detector, and pictures in words by an image–text encoder."""
