"""What a model call costs between workflow and worker: three variants of one workload, in one run, on one server.

`__main__` (the command) -> `bench` (server, variants, sizes) -> `measure/*` (one measurement each) -> `results` and
`charts`. A variant's workflows run in a process of their own: `processes` (driver's side) and `worker` (that process),
which takes what it serves from `ours`, `official` or `raw`. What the scripted model answers is in `replies`; what it
must have answered is computed by `transcript`. Modules that worker processes import need no strands_temporal, but for
`ours`: the interpreter of the official plugin may not have it.
"""
