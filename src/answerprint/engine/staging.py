"""Where a step writes: outputs kept aside, then moved into the store and committed as one row."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from types import TracebackType
from typing import Any

from answerprint.core.encoding import to_json
from answerprint.core.errors import EngineError
from answerprint.core.records import Provenance, Track
from answerprint.engine.tasks import Advanced, Job, Tell, Workplace
from answerprint.store.catalogue import Catalogue
from answerprint.store.objects import ObjectStore, hash_bytes
from answerprint.store.rows import Output, RunRow

PROGRESS_EVERY = 0.1  # seconds between two signs of progress of one node


class Desk:
    """A worker's open production."""

    def __init__(self, workplace: Workplace, threads: int) -> None:
        self.workplace = workplace
        self.objects = ObjectStore(workplace.objects)
        self.catalogue = Catalogue(workplace.catalogue)
        self.threads = threads

    def close(self) -> None:
        self.catalogue.close()


class Staging:
    """The context a step writes to: outputs lie aside until `commit` moves them in and commits their row."""

    def __init__(self, job: Job, desk: Desk, tell: Tell) -> None:
        self._job = job
        self._desk = desk
        self._tell = tell
        self._records: dict[str, bytes] = {}
        self._files: dict[str, Path] = {}
        self._tracks: dict[str, Track] = {}
        self._folder: Path | None = None
        self._told = 0.0

    def __enter__(self) -> Staging:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.drop()

    def drop(self) -> None:
        """Remove what still lies aside."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def subject(self) -> str:
        return self._job.subject

    @property
    def threads(self) -> int:
        return self._desk.threads

    def write_record(self, name: str, record: Any) -> None:
        self.write_bytes(name, to_json(record))

    def write_bytes(self, name: str, data: bytes) -> None:
        self._claim(name)
        self._records[name] = data

    def write_track(self, name: str, track: Track) -> None:
        self._claim(name)
        self._tracks[name] = track

    def new_file(self, name: str, suffix: str = "") -> Path:
        """A path aside; it must be a file when the step ends."""
        self._claim(name)
        if self._folder is None:
            self._folder = self._desk.objects.temporary()
        self._files[name] = self._folder / f"{name}{suffix}"
        return self._files[name]

    def progress(self, done: float, total: float) -> None:
        """Say how far the step is. Every call is a sign of life; the parent hears ten a second at most."""
        now = time.monotonic()
        if now - self._told >= PROGRESS_EVERY or done >= total:
            self._told = now
            self._tell(Advanced(self._job.node, done, total))

    def commit(self, seconds: float) -> dict[str, Output]:
        """Move the outputs into the store and commit the run's row. Raises StoreError when that fails."""
        job, objects = self._job, self._desk.objects
        outputs: dict[str, Output] = {}
        for name in job.step.writes:
            if name in self._records:
                data = self._records[name]
                outputs[name] = Output("object", objects.put_bytes(data), len(data))
            elif name in self._files:
                outputs[name] = self._keep_file(name, self._files[name])
            elif name in self._tracks:
                data = to_json(self._tracks[name])
                outputs[name] = Output("track", hash_bytes(data), len(data))
        row = RunRow(
            key=job.key,
            step=job.step.name,
            version=job.step.version,
            subject=job.subject,
            provenance=Provenance(
                step=job.step.name,
                version=job.step.version,
                key=job.key,
                parameters=job.step.parameters(),
                models=job.step.model_digests(),
                inputs=job.digests,
            ),
            outputs=outputs,
            seconds=seconds,
        )
        self._desk.catalogue.commit_run(row, self._tracks)
        return outputs

    def _keep_file(self, name: str, path: Path) -> Output:
        if not path.is_file():
            raise EngineError("AP-ENGINE-020", f"{self._job.node} asked for a file “{name}” and wrote none")
        size = path.stat().st_size
        return Output("object", self._desk.objects.put_file(path), size)

    def _claim(self, name: str) -> None:
        if name not in self._job.step.writes:
            raise EngineError("AP-ENGINE-001", f"{self._job.node} declares no output “{name}”")
        if name in self._records or name in self._files or name in self._tracks:
            raise EngineError("AP-ENGINE-019", f"{self._job.node} wrote its output “{name}” twice")
