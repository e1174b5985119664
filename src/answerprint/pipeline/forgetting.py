"""Taking files out of a production's memory: records, pictures, words, vectors, decisions."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from answerprint.core.errors import UsageError
from answerprint.core.records import Asset
from answerprint.departments.footage.search.saved import take_from_all_bins
from answerprint.store.catalogue import Catalogue
from answerprint.store.decisions import export_decisions, import_decisions
from answerprint.store.forgetting import Forgotten, decisions_about, forget_asset
from answerprint.store.production import Production
from answerprint.store.vectors import VectorStore


class ForgottenFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file, what of it went, and where it still lies."""

    asset: str
    name: str
    path: str
    went: Forgotten
    vectors: int
    moments: int  # taken out of the bins of searches.toml
    comes_back: bool  # the file still lies among the inputs: the next run logs it again


def forget_files(
    production: Production, names: Sequence[str], *, dry_run: bool = False
) -> list[ForgottenFile]:
    """Forget assets by file name, path or id (or the id's first digits). Originals are never touched.

    The production is worked on as a whole or not at all: a name that fits no file, or several, is refused
    before anything goes. Raises UsageError AP-USE-220 and 221, StoreError when the production is in use.
    """
    with production.lock():
        catalogue = production.catalogue()
        try:
            assets = [_asset(catalogue, name) for name in names]
            import_decisions(production, catalogue)
            about = {asset.id: decisions_about(catalogue, asset.id) for asset in assets}
            if not dry_run:  # out of decisions.toml first, which would bring them back
                catalogue.change_decisions((), {one for those in about.values() for one in those})
                export_decisions(production, catalogue)
            found = []
            with VectorStore(production.state_dir / "vectors") as vectors:
                for asset in assets:
                    went = forget_asset(catalogue, production.objects(), asset.id, dry_run=dry_run)
                    count = 0 if dry_run else vectors.forget(asset.id)
                    found.append(
                        ForgottenFile(
                            asset=asset.id,
                            name=asset.name,
                            path=asset.path,
                            went=msgspec.structs.replace(went, decisions=len(about[asset.id])),
                            vectors=count,
                            moments=0 if dry_run else take_from_all_bins(production, asset.id),
                            comes_back=production.find(asset.path).exists(),
                        )
                    )
            return found
        finally:
            catalogue.close()


def _asset(catalogue: Catalogue, name: str) -> Asset:
    fitting = [
        one
        for one in catalogue.assets()
        if name in (one.name, one.path) or (len(name) >= 8 and one.id.startswith(name))
    ]
    if not fitting:
        raise UsageError(
            "AP-USE-220",
            f"the production knows no file {name!r}",
            remedy="answerprint log DIR lists its files",
        )
    if len(fitting) > 1:
        raise UsageError(
            "AP-USE-221",
            f"{len(fitting)} files are called {name!r}",
            remedy="name one by its path: " + ", ".join(one.path for one in fitting),
        )
    return fitting[0]
