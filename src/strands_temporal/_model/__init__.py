"""One model call, in the order its data flows.

`workflow_model` (workflow side) -> `request` (wire form) -> `activity` (worker side: `registry`, provider, `reply`)
-> `failures` (errors on both sides) -> back to `workflow_model`. `codec` is how values are written.
"""
