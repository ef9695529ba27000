"""The measurements; each module has a function `measure`."""
