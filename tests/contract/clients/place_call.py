"""Places a call with the generated Python client, as somebody would who never saw ours.

python place_call.py BASE KEY FROM TO     prints the call's id
"""

import sys

from telefoon_voice_api_client import Client
from telefoon_voice_api_client.api.calls import get_call, initiate_call
from telefoon_voice_api_client.models.call import Call
from telefoon_voice_api_client.models.new_call import NewCall
from telefoon_voice_api_client.models.new_call_flow_type_1_item import NewCallFlowType1Item

base, key, caller, called = sys.argv[1:]
client = Client(base_url=base, headers={"X-API-Key": key}, raise_on_unexpected_status=True)
say = NewCallFlowType1Item.from_dict({"verb": "say", "text": "Good morning.", "language": "en-GB"})
placed = initiate_call.sync(client=client, body=NewCall(to=called, from_=caller, flow=[say]))
if not isinstance(placed, Call):
    raise SystemExit(f"no call was placed: {placed}")
found = get_call.sync(placed.id, client=client)
if not isinstance(found, Call):
    raise SystemExit(f"the call is not found: {found}")
print(found.id)
