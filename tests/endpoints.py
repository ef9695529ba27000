"""Nexus endpoints of tests."""

from __future__ import annotations

from temporalio.api.nexus.v1 import EndpointSpec, EndpointTarget
from temporalio.api.operatorservice.v1 import CreateNexusEndpointRequest
from temporalio.client import Client


async def create_endpoint(client: Client, name: str, task_queue: str) -> str:
    """Create an endpoint whose operations run on a task queue, and return its name."""
    worker = EndpointTarget.Worker(namespace=client.namespace, task_queue=task_queue)
    spec = EndpointSpec(name=name, target=EndpointTarget(worker=worker))
    await client.operator_service.create_nexus_endpoint(CreateNexusEndpointRequest(spec=spec))
    return name
