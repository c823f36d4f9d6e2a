"""Rotation by a function in Python that runs as a command (rotation_function.py)."""

import json
import time

import pytest
from botocore.exceptions import ClientError
from conftest import make_client

LAMBDA = "arn:aws:lambda:eu-central-1:111122223333:function:rotate"
# A rotation starts four Python programs, one after the other.
PATIENCE_SECONDS = 60


@pytest.fixture(scope="session")
def role():
    iam = make_client(service="iam")
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    may = {"Effect": "Allow", "Action": ["secretsmanager:*", "kms:*"], "Resource": "*"}
    document = lambda statement: json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.create_role(RoleName="rotation", AssumeRolePolicyDocument=document(trust))
    iam.put_role_policy(RoleName="rotation", PolicyName="rotate", PolicyDocument=document(may))


def wait_until(holds):
    """The API has no waiter for rotations; clients look again and again."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "the rotation did not end"
        time.sleep(0.2)


def test_a_python_function_rotates_a_secret(client, prefix, role):
    first = json.dumps({"username": "app", "password": "first"})
    created = client.create_secret(Name=prefix + "db", SecretString=first)
    arn = created["ARN"]
    started = client.rotate_secret(
        SecretId=arn, RotationLambdaARN=LAMBDA, RotationRules={"ScheduleExpression": "rate(10 days)", "Duration": "2h"}
    )
    wait_until(lambda: "LastRotatedDate" in client.describe_secret(SecretId=arn))
    described = client.describe_secret(SecretId=arn)
    assert described["VersionIdsToStages"] == {
        created["VersionId"]: ["AWSPREVIOUS"],
        started["VersionId"]: ["AWSCURRENT"],
    }
    assert described["RotationRules"] == {
        "AutomaticallyAfterDays": 10,
        "Duration": "2h",
        "ScheduleExpression": "rate(10 days)",
    }
    value = json.loads(client.get_secret_value(SecretId=arn)["SecretString"])
    assert value["username"] == "app"
    assert len(value["password"]) == 32
    assert client.get_secret_value(SecretId=arn, VersionStage="AWSPREVIOUS")["SecretString"] == first


def test_a_schedule_alone_has_the_function_tested(client, prefix, role):
    # The test fails: this password is no longer one that the function takes.
    value = json.dumps({"username": "app", "password": "short"})
    created = client.create_secret(Name=prefix + "db", SecretString=value)
    client.rotate_secret(
        SecretId=created["ARN"],
        RotationLambdaARN=LAMBDA,
        RotateImmediately=False,
        RotationRules={"AutomaticallyAfterDays": 30},
    )
    stages = lambda: client.describe_secret(SecretId=created["ARN"])["VersionIdsToStages"]
    wait_until(lambda: stages() == {created["VersionId"]: ["AWSCURRENT"]})
    described = client.describe_secret(SecretId=created["ARN"])
    assert described["RotationEnabled"] is True
    assert "LastRotatedDate" not in described
    client.cancel_rotate_secret(SecretId=created["ARN"])
    assert client.describe_secret(SecretId=created["ARN"])["RotationEnabled"] is False


def test_a_function_that_nobody_configured_is_refused(client, prefix, role):
    created = client.create_secret(Name=prefix + "a", SecretString="x")
    with pytest.raises(ClientError) as refusal:
        client.rotate_secret(SecretId=created["ARN"], RotationLambdaARN=LAMBDA + "-other")
    assert refusal.value.response["Error"]["Code"] == "AccessDeniedException"
