"""S3 storages as a user has them, made outside of a workflow; nothing is asked of S3."""

from __future__ import annotations

import warnings

from strands.storage import S3Storage
from strands.vended_plugins import context_offloader

STORAGE = S3Storage(bucket="artifacts", region_name="us-east-1")

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    OFFLOADED = context_offloader.S3Storage(bucket="artifacts", region_name="us-east-1")
