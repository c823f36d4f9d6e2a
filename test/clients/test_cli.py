"""The AWS CLI, from its Python package, as its users type it."""

import json
import os
import subprocess
import sys
import uuid

import pytest
from conftest import REGION, URL


def aws(*words, credentials=None, check=True):
    """Runs one command; its answer, or the process where it may fail."""
    environment = {
        **os.environ,
        "AWS_ENDPOINT_URL": URL,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_MAX_ATTEMPTS": "1",
        **(credentials or {}),
    }
    command = [sys.executable, "-m", "awscli", *words, "--output", "json"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    if not check:
        return done
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout) if done.stdout.strip() else None


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def allow(action, resource="*", **more):
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


@pytest.fixture
def name():
    return f"cli-{uuid.uuid4().hex[:10]}"


def variables(key):
    """An access key as the environment of the CLI."""
    return {
        "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
        "AWS_SESSION_TOKEN": key.get("SessionToken", ""),
    }


def test_sts_get_caller_identity():
    answer = aws("sts", "get-caller-identity")
    assert answer["Arn"] == f"arn:aws:iam::{answer['Account']}:user/administrator"
    assert answer["UserId"].startswith("AIDA")


def test_a_user_with_a_policy_reads_what_the_policy_allows(name):
    aws("iam", "create-user", "--user-name", name, "--tags", "Key=team,Value=blue")
    document = policy(
        allow(
            "secretsmanager:GetSecretValue",
            **{"Condition": {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}},
        )
    )
    aws("iam", "put-user-policy", "--user-name", name, "--policy-name", "read", "--policy-document", document)
    key = aws("iam", "create-access-key", "--user-name", name)["AccessKey"]
    for team in ("blue", "red"):
        tags = f"Key=team,Value={team}"
        aws("secretsmanager", "create-secret", "--name", f"{name}/{team}", "--secret-string", team, "--tags", tags)

    read = ("secretsmanager", "get-secret-value", "--secret-id")
    assert aws(*read, f"{name}/blue", credentials=variables(key))["SecretString"] == "blue"
    refused = aws(*read, f"{name}/red", credentials=variables(key), check=False)
    assert refused.returncode != 0
    assert "AccessDeniedException" in refused.stderr
    assert "because no identity-based policy allows the secretsmanager:GetSecretValue action" in refused.stderr

    assert aws("iam", "get-user-policy", "--user-name", name, "--policy-name", "read")["PolicyDocument"] == json.loads(
        document
    )
    listed = aws("iam", "list-access-keys", "--user-name", name)["AccessKeyMetadata"]
    assert [one["AccessKeyId"] for one in listed] == [key["AccessKeyId"]]
    used = aws("iam", "get-access-key-last-used", "--access-key-id", key["AccessKeyId"])
    assert used["AccessKeyLastUsed"]["ServiceName"] == "secretsmanager"

    aws("iam", "update-access-key", "--user-name", name, "--access-key-id", key["AccessKeyId"], "--status", "Inactive")
    refused = aws(*read, f"{name}/blue", credentials=variables(key), check=False)
    assert "UnrecognizedClientException" in refused.stderr


def test_a_role_is_assumed_and_its_session_narrowed(name):
    account = aws("sts", "get-caller-identity")["Account"]
    trust = policy(
        {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{account}:root"}, "Action": "sts:AssumeRole"}
    )
    role = aws("iam", "create-role", "--role-name", name, "--assume-role-policy-document", trust)["Role"]
    made = aws("iam", "create-policy", "--policy-name", name, "--policy-document", policy(allow("secretsmanager:*")))
    aws("iam", "attach-role-policy", "--role-name", name, "--policy-arn", made["Policy"]["Arn"])
    attached = aws("iam", "list-attached-role-policies", "--role-name", name)["AttachedPolicies"]
    assert [one["PolicyName"] for one in attached] == [name]

    aws("secretsmanager", "create-secret", "--name", f"{name}/a", "--secret-string", "a")
    assume = ("sts", "assume-role", "--role-arn", role["Arn"], "--role-session-name", "cli")
    session = aws(*assume, "--policy", policy(allow("secretsmanager:DescribeSecret")))
    assert session["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{account}:assumed-role/{name}/cli"
    credentials = variables(session["Credentials"])
    assert aws("sts", "get-caller-identity", credentials=credentials)["Arn"] == session["AssumedRoleUser"]["Arn"]
    aws("secretsmanager", "describe-secret", "--secret-id", f"{name}/a", credentials=credentials)
    read = ("secretsmanager", "get-secret-value", "--secret-id", f"{name}/a")
    refused = aws(*read, credentials=credentials, check=False)
    assert "because no session policy allows the secretsmanager:GetSecretValue action" in refused.stderr
    whole = variables(aws(*assume)["Credentials"])
    assert aws(*read, credentials=whole)["SecretString"] == "a"


def test_paging_is_the_clis_own(name):
    path = f"/{name}/"
    names = [f"{name}-{index}" for index in range(3)]
    for one in names:
        aws("iam", "create-group", "--group-name", one, "--path", path)
    answer = aws("iam", "list-groups", "--path-prefix", path, "--page-size", "1")
    assert [group["GroupName"] for group in answer["Groups"]] == names


def test_errors_are_iams_own(name):
    missing = aws("iam", "get-user", "--user-name", name, check=False)
    assert "(NoSuchEntity)" in missing.stderr
    assert f"The user with name {name} cannot be found." in missing.stderr
    bad = ("iam", "create-policy", "--policy-name", name, "--policy-document", "{")
    assert "(MalformedPolicyDocument)" in aws(*bad, check=False).stderr


def test_batch_get_secret_value(name):
    aws("secretsmanager", "create-secret", "--name", f"{name}/a", "--secret-string", "a")
    ids = (f"{name}/a", f"{name}/none")
    answer = aws("secretsmanager", "batch-get-secret-value", "--secret-id-list", *ids)
    assert [value["SecretString"] for value in answer["SecretValues"]] == ["a"]
    assert [error["ErrorCode"] for error in answer["Errors"]] == ["ResourceNotFoundException"]


def test_cloudtrail_lookup_events(name):
    arn = aws("secretsmanager", "create-secret", "--name", name, "--secret-string", "x")["ARN"]
    aws("secretsmanager", "get-secret-value", "--secret-id", name)
    attribute = f"AttributeKey=ResourceName,AttributeValue={arn}"
    events = aws("cloudtrail", "lookup-events", "--lookup-attributes", attribute)["Events"]
    assert [event["EventName"] for event in events] == ["GetSecretValue", "CreateSecret"]
    record = json.loads(events[0]["CloudTrailEvent"])
    assert record["requestParameters"] == {"secretId": name}
    assert record["eventID"] == events[0]["EventId"]
    pages = aws("cloudtrail", "lookup-events", "--lookup-attributes", attribute, "--page-size", "1")["Events"]
    assert pages == events
