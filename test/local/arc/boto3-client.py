"""The Python SDK's own client as a child process: a line of JSON in is a call, a line of JSON out its answer."""

import json
import sys
from datetime import datetime

import boto3
from botocore.exceptions import ClientError, ParamValidationError

client = boto3.client(
    "arc-zonal-shift",
    region_name="ap-southeast-2",
    endpoint_url=sys.argv[1],
    aws_access_key_id=sys.argv[2],
    aws_secret_access_key=sys.argv[3],
)


def seconds(value):
    if isinstance(value, datetime):
        return value.timestamp()
    raise TypeError(f"no JSON for {value!r}")


for line in sys.stdin:
    call = json.loads(line)
    try:
        answer = getattr(client, call["method"])(**call["arguments"])
        status = answer.pop("ResponseMetadata")["HTTPStatusCode"]
        result = {"status": status, "answer": answer}
    except ClientError as error:
        response = error.response
        result = {
            "status": response["ResponseMetadata"]["HTTPStatusCode"],
            "error": response["Error"]["Code"],
            "message": response["Error"]["Message"],
            "reason": response.get("reason"),
            "zonalShiftId": response.get("zonalShiftId"),
            "modelled": type(error).__name__,
        }
    except ParamValidationError as error:
        result = {"status": 0, "error": "ParamValidationError", "message": str(error)}
    print(json.dumps(result, default=seconds), flush=True)
