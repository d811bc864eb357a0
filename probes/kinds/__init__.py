"""What can be probed: one protocol a file, one signature.

`async def probe(planned: Planned, network: Network) -> Attempt`: one attempt, within the deadline that the
runner has set around it. A server that fails is an Attempt with a reason; what is raised is a fault of ours.
"""
