"""Files of other people's software: timelines, screenplays, subtitles, logs."""
