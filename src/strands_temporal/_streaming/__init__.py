"""What clients see of an agent while it works: a stream of events, and live text.

`options` -> activity side: `broadcast`, with `publisher` (events as signals) and `heartbeat` (live text as heartbeat
details) -> workflow side: `hosted` -> client side: `live`.
"""
