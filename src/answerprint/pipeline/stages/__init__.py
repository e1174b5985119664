"""The stages of the main job, in order: log, sync, align, cut, sound, subtitles, render, report."""
