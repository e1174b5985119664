"""The model shelf: cards, fetching with hash checks, and the run-times behind them.

Nothing here touches the network but `Shelf.fetch`, and that only when a person asks for it.
"""
