"""The only way into a media file: what may be opened, and the coded reasons for refusing the rest.

FFmpeg opens networks, playlists and image sequences that a renamed file can ask for. Every input goes through
`open_media`: an absolute path to a regular file, `protocol_whitelist` and `format_whitelist` together (either
alone still opens a relative ffconcat), the codec checked before anything is decoded, sizes checked before
anything is allocated. Codes:

AP-MEDIA-001  no such file                          AP-MEDIA-010  no decoder, or one that is not allowed
AP-MEDIA-002  not a regular file                    AP-MEDIA-011  picture larger than the limit
AP-MEDIA-003  damaged (media/damage.py)             AP-MEDIA-012  too many streams or channels
AP-MEDIA-004  empty file                            AP-MEDIA-013  no picture stream
AP-MEDIA-005  not readable                          AP-MEDIA-014  no sound stream
AP-MEDIA-006  a network address or protocol         AP-MEDIA-015  camera raw that cannot be decoded here
AP-MEDIA-007  a playlist or list of other files     AP-MEDIA-016  no picture at that time
AP-MEDIA-008  not a media format that is allowed    AP-MEDIA-017  nothing in it could be decoded
AP-MEDIA-009  header unreadable
"""

from __future__ import annotations

import logging
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn, TypeVar

import av
import av.codec.context
import av.error
import av.logging
from av.container import InputContainer
from av.stream import Stream

from answerprint.core.errors import MediaError
from answerprint.media.raw import camera_raw

MAX_PIXELS = 300_000_000  # a 300-megapixel picture is about 900 MB as RGB; no camera for film makes more
MAX_STREAMS = 128
MAX_CHANNELS = 64  # 64 channels is the most one MADI line carries
HEAD_BYTES = 4096  # read to recognise a file by its signature

# Demuxers that read one local file and open no other. hls, dash, concat, image2 (sequences), sdp, rtsp,
# lavfi and every subtitle or text demuxer stay out.
FORMATS = (
    *("mov", "matroska", "mpegts", "mpeg", "mxf", "avi", "dv", "flv", "asf", "gxf", "ivf", "nut", "obu"),
    *("mpegvideo", "h264", "hevc", "m4v", "y4m", "yuv4mpegpipe", "gif", "apng"),
    *("wav", "w64", "aiff", "caf", "flac", "mp3", "aac", "ogg", "ac3", "eac3", "au", "tta", "wv", "amr"),
    *("png_pipe", "jpeg_pipe", "tiff_pipe", "exr_pipe", "dpx_pipe", "bmp_pipe", "webp_pipe", "gif_pipe"),
    *("jpegxl_pipe", "j2k_pipe", "hdr_pipe", "cri_pipe", "psd_pipe", "webp"),
)

CODECS = frozenset(
    (
        # picture: cameras, editing, delivery
        *("h264", "hevc", "vvc", "av1", "libdav1d", "vp8", "vp9", "libvpx", "libvpx-vp9", "mpeg1video"),
        *("mpeg2video", "mpeg4", "msmpeg4", "msmpeg4v2", "h263", "h263p", "flv", "mjpeg", "mjpegb", "prores"),
        *(
            "prores_raw",
            "dnxhd",
            "cfhd",
            "dvvideo",
            "hap",
            "ffv1",
            "huffyuv",
            "ffvhuff",
            "utvideo",
            "magicyuv",
        ),
        *(
            "qtrle",
            "rawvideo",
            "v210",
            "v308",
            "v408",
            "v410",
            "r210",
            "r10k",
            "jpeg2000",
            "jpegls",
            "theora",
        ),
        *("wmv1", "wmv2", "wmv3", "vc1", "cinepak", "svq1", "svq3", "rpza", "wrapped_avframe", "avui", "apv"),
        *("png", "apng", "tiff", "exr", "dpx", "gif", "bmp", "webp", "libwebp", "hdr", "psd", "cri", "targa"),
        *("libjxl", "jpegxl", "libaom-av1"),
        # sound
        *("aac", "aac_latm", "aac_fixed", "mp1", "mp1float", "mp2", "mp2float", "mp3", "mp3float", "ac3"),
        *("ac3_fixed", "eac3", "dca", "truehd", "mlp", "flac", "alac", "opus", "libopus", "vorbis"),
        *("libvorbis", "wavpack", "tta", "ape", "wmav1", "wmav2", "wmapro", "wmalossless", "speex"),
        *("libspeex", "amrnb", "amrwb", "libopencore_amrnb", "libopencore_amrwb", "gsm", "gsm_ms", "s302m"),
        *("adpcm_ima_wav", "adpcm_ima_qt", "adpcm_ms", "qdm2", "g722", "dolby_e"),
        *(f"pcm_{kind}" for kind in ("alaw", "mulaw", "bluray", "dvd", "s8", "s8_planar", "u8", "vidc")),
        *(f"pcm_{sign}{bits}{end}" for sign in "su" for bits in (16, 24, 32) for end in ("le", "be")),
        *(f"pcm_s{bits}le_planar" for bits in (16, 24, 32)),
        *("pcm_s16be_planar", "pcm_s64le", "pcm_s64be", "pcm_s24daud", "pcm_f16le", "pcm_f24le"),
        *(f"pcm_f{bits}{end}" for bits in (32, 64) for end in ("le", "be")),
    )
)

# Still pictures are given to their demuxer by name: by its own choice FFmpeg reads `a%03d.png` as a sequence.
STILL_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "png_pipe"),
    (b"\xff\xd8\xff", "jpeg_pipe"),
    (b"II*\x00", "tiff_pipe"),
    (b"MM\x00*", "tiff_pipe"),
    (b"\x76\x2f\x31\x01", "exr_pipe"),
    (b"SDPX", "dpx_pipe"),
    (b"XPDS", "dpx_pipe"),
    (b"BM", "bmp_pipe"),
    (b"\xff\x0a", "jpegxl_pipe"),
    (b"\x00\x00\x00\x0cJXL ", "jpegxl_pipe"),
    (b"\x00\x00\x00\x0cjP  ", "j2k_pipe"),
)

S = TypeVar("S", bound=Stream)

LogLine = tuple[int, str, str]  # level, who says it, what it says

_TOO_LARGE = re.compile(r"[Pp]icture size (\d+)x(\d+) (?:exceeds|is invalid)")
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.,-]*:")
_LISTS: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (re.compile(rb"#EXTM3U|#EXTINF|#EXT-X-"), "an HLS or M3U playlist"),
    (re.compile(rb"ffconcat version"), "an ffconcat list"),
    (re.compile(rb"(?m)^\s*file\s+['\"/.\w]"), "a list of files"),
    (re.compile(rb"<MPD[\s>]"), "a DASH manifest"),
    (re.compile(rb"<SmoothStreamingMedia"), "a Smooth Streaming manifest"),
    (re.compile(rb"(?i)^\s*\[(playlist|reference|internetshortcut)\]"), "a playlist"),
    (re.compile(rb"(?i)^\s*<(asx|smil)[\s>]"), "a playlist"),
    (re.compile(rb"^v=0\r?\n(?s:.*?)^[osc]=", re.MULTILINE), "a session description (SDP)"),
)


def still_format(head: bytes) -> str | None:
    """The demuxer of a single still picture, by the first bytes of its file; None for anything else."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp_pipe"
    return next((name for signature, name in STILL_SIGNATURES if head.startswith(signature)), None)


def check_file(path: Path | str) -> tuple[Path, bytes]:
    """The absolute path of a readable, regular, non-empty file, and its first bytes.

    Raises MediaError AP-MEDIA-001, 002, 004, 005, 006 or 007, saying what it is instead.
    """
    named = os.fspath(path)
    absolute = Path(os.path.abspath(named))  # noqa: PTH100  # resolve() would lose the name the user gave
    try:
        status = absolute.stat()
    except (FileNotFoundError, NotADirectoryError):
        if _ADDRESS.match(named):
            raise MediaError(
                "AP-MEDIA-006",
                "this is an address, not a file; nothing is fetched from anywhere",
                file=named,
                remedy="download it and give the file's path",
            ) from None
        raise MediaError(
            "AP-MEDIA-001", "there is no such file", file=named, remedy="check the path"
        ) from None
    except PermissionError:
        _not_readable(named)
    except (OSError, ValueError) as error:
        raise MediaError(
            "AP-MEDIA-001", f"the path cannot be used: {error}", file=named, remedy="check the path"
        ) from error
    if not stat.S_ISREG(status.st_mode):
        kind = "a folder" if stat.S_ISDIR(status.st_mode) else "a pipe or a device"
        raise MediaError(
            "AP-MEDIA-002", f"this is {kind}, not a file", file=named, remedy="give the path of a media file"
        )
    if status.st_size == 0:
        raise MediaError(
            "AP-MEDIA-004", "the file is empty (0 bytes)", file=named, remedy="copy it from the card again"
        )
    try:
        with absolute.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except PermissionError:
        _not_readable(named)
    except OSError as error:
        raise MediaError("AP-MEDIA-005", f"the file cannot be read: {error}", file=named) from error
    for pattern, what in _LISTS:
        if b"\x00" not in head[:64] and pattern.search(head):
            raise MediaError(
                "AP-MEDIA-007",
                f"this is {what}; it names other files and is not opened",
                file=named,
                remedy="give the media files themselves",
            )
    return absolute, head


@contextmanager
def open_media(
    path: Path | str, messages: list[LogLine] | None = None, *, raw: bool = False
) -> Iterator[InputContainer]:
    """An input container over one local file, hardened as the module says.

    messages: where to put what FFmpeg said while opening it. raw: whether a camera raw's container
    may be looked at. Raises MediaError AP-MEDIA-001…009, 011, 012,
    015. Streams whose codec is not allowed stay listed; take a stream for decoding through `decodable`.
    """
    absolute, head = check_file(path)
    named = os.fspath(path)
    raw_name = None if raw else camera_raw(absolute.name, head)
    if raw_name is not None:
        raise MediaError(
            "AP-MEDIA-015",
            f"this is {raw_name}, which is not decoded here",
            file=named,
            remedy="give a proxy of the same name or timecode beside it; the original stays in the timeline",
        )
    quiet_log()
    with av.logging.Capture(local=True) as said:
        container = _open(absolute, named, still_format(head))
    if messages is not None:
        messages.extend(said)
    try:
        _check_limits(container, named, said)
        yield container
    finally:
        close_decoders(container)
        container.close()


def decodable(stream: S, file: str, *, threads: int = 0, frame_threads: bool = True) -> S:
    """The stream, its decoder allowed and set up: threads, size limit, corrupt pictures given out and marked.

    Raises MediaError AP-MEDIA-010 when there is no decoder or its codec is not on the list.
    """
    context = stream.codec_context
    name = context.name if has_decoder(stream) else "of a codec FFmpeg does not know"
    if name not in CODECS:
        raise MediaError(
            "AP-MEDIA-010", f"stream {stream.index} is {name}; it is not decoded here", file=file
        )
    if not context.is_open:
        context.options = {"max_pixels": str(MAX_PIXELS), "err_detect": "crccheck+bitstream+buffer"}
        context.flags |= av.codec.context.Flags.output_corrupt
        context.thread_count = threads
        context.thread_type = "AUTO" if frame_threads else "SLICE"
    return stream


def has_decoder(stream: Stream) -> bool:
    """Whether FFmpeg has a decoder for the stream at all (PyAV declares the context as always there)."""
    context: object = stream.codec_context
    return context is not None


def close_decoders(container: InputContainer) -> None:
    """Drain every decoder, so that none of its threads is at work (and logging) when it is freed.

    Freeing a decoder holds the interpreter's lock while it waits for its threads; a thread that logs waits
    for the same lock.
    """
    for stream in container.streams:
        context = stream.codec_context
        if has_decoder(stream) and context.is_open and context.is_decoder:
            context.flush_buffers()


def quiet_log() -> None:
    """FFmpeg's messages to whoever captures them, every repetition, and never to stderr.

    At INFO: that is where it tells of concealing lost blocks.
    """
    if av.logging.get_level() != av.logging.INFO:
        av.logging.set_level(av.logging.INFO)
        av.logging.set_skip_repeated(False)
        logger = logging.getLogger("libav")
        logger.addHandler(logging.NullHandler())
        logger.propagate = False


def _open(absolute: Path, named: str, still: str | None) -> InputContainer:
    options = {
        "protocol_whitelist": "file",
        "format_whitelist": ",".join(FORMATS),
        "max_pixels": str(MAX_PIXELS),
        "max_streams": str(MAX_STREAMS),
    }
    try:
        return av.open(str(absolute), "r", format=still, options=options, metadata_errors="replace")
    except av.error.FFmpegError as error:
        raise _reason(error, named) from error
    except (OSError, ValueError, UnicodeError) as error:
        raise MediaError("AP-MEDIA-009", f"the file cannot be opened: {error}", file=named) from error


def _reason(error: av.error.FFmpegError, named: str) -> MediaError:
    log: tuple[object, ...] | None = error.log  # (level, who, what), whatever its declaration says
    last = str(log[-1]).strip() if log else ""
    detail = f": {last}" if last else ""
    if isinstance(error, av.error.PermissionError):
        return MediaError("AP-MEDIA-005", "the file may not be read", file=named)
    if "not on whitelist" in last.lower() or "not in whitelist" in last.lower():
        return MediaError(
            "AP-MEDIA-008",
            f"not a media format that is opened here{detail}",
            file=named,
            remedy="give a media file (mov, mp4, mxf, mkv, wav, png …)",
        )
    if isinstance(error, av.error.InvalidDataError) and not last:
        return MediaError(
            "AP-MEDIA-008",
            "not recognised as a media file",
            file=named,
            remedy="check that the copy is complete, or give another file",
        )
    return MediaError(
        "AP-MEDIA-009",
        f"the header cannot be read{detail or ': ' + (error.strerror or str(error))}",
        file=named,
        remedy="copy it from the card again; a recording cut off before its header was written is lost here",
    )


def _check_limits(container: InputContainer, named: str, said: list[LogLine]) -> None:
    for _, _, text in said:
        too_large = _TOO_LARGE.search(text)
        if too_large:
            _too_large(int(too_large[1]), int(too_large[2]), named)
    if len(container.streams) > MAX_STREAMS:
        raise MediaError(
            "AP-MEDIA-012", f"{len(container.streams)} streams (at most {MAX_STREAMS})", file=named
        )
    for picture in container.streams.video:
        if has_decoder(picture) and picture.width * picture.height > MAX_PIXELS:
            _too_large(picture.width, picture.height, named)
    for sound in container.streams.audio:
        if has_decoder(sound) and sound.channels > MAX_CHANNELS:
            raise MediaError(
                "AP-MEDIA-012", f"{sound.channels} channels (at most {MAX_CHANNELS})", file=named
            )


def _too_large(width: int, height: int, named: str) -> NoReturn:
    raise MediaError(
        "AP-MEDIA-011",
        f"a picture of {width}×{height} is larger than {MAX_PIXELS // 1_000_000} megapixels",
        file=named,
        remedy="scale it down in the program that made it",
    )


def _not_readable(named: str) -> NoReturn:
    raise MediaError(
        "AP-MEDIA-005", "the file may not be read", file=named, remedy="give yourself read permission on it"
    )
