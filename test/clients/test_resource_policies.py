"""Policies on secrets in boto3's own words, as Terraform's provider and deployment scripts use them."""

import json

import pytest
from conftest import make_client


@pytest.fixture(scope="session")
def account():
    return make_client(service="sts").get_caller_identity()["Account"]


@pytest.fixture
def secret(client, prefix):
    return client.create_secret(Name=prefix + "a", SecretString="value")


def document(principal, effect="Allow", action="secretsmanager:GetSecretValue", **members):
    statement = {"Effect": effect, "Principal": principal, "Action": action, "Resource": "*", **members}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_a_policy_is_set_shown_and_removed(client, secret, account):
    named = {"ARN": secret["ARN"], "Name": secret["Name"]}
    names_of = lambda answer: {key: value for key, value in answer.items() if key in ("ARN", "Name", "ResourcePolicy")}
    assert names_of(client.get_resource_policy(SecretId=secret["Name"])) == named
    policy = document({"AWS": f"arn:aws:iam::{account}:root"})
    answer = client.put_resource_policy(SecretId=secret["ARN"], ResourcePolicy=policy, BlockPublicPolicy=True)
    assert names_of(answer) == named
    shown = client.get_resource_policy(SecretId=secret["ARN"])
    assert names_of(shown) == {**named, "ResourcePolicy": policy}
    assert json.loads(shown["ResourcePolicy"])["Statement"][0]["Principal"] == {"AWS": f"arn:aws:iam::{account}:root"}
    assert names_of(client.delete_resource_policy(SecretId=secret["ARN"])) == named
    assert "ResourcePolicy" not in client.get_resource_policy(SecretId=secret["ARN"])
    client.delete_resource_policy(SecretId=secret["ARN"])


def test_faults_have_aws_s_exceptions(client, secret):
    put = lambda **members: client.put_resource_policy(SecretId=secret["ARN"], **members)
    with pytest.raises(client.exceptions.MalformedPolicyDocumentException) as refused:
        put(ResourcePolicy="{")
    assert refused.value.response["Error"]["Message"] == "This resource policy contains a syntax error."
    with pytest.raises(client.exceptions.MalformedPolicyDocumentException) as refused:
        put(ResourcePolicy=document({"AWS": "arn:aws:iam::111122223333:role/never-was"}))
    # Terraform tries again on exactly this text.
    assert refused.value.response["Error"]["Message"] == "This resource policy contains an unsupported principal."
    with pytest.raises(client.exceptions.PublicPolicyException):
        put(ResourcePolicy=document("*"), BlockPublicPolicy=True)
    with pytest.raises(client.exceptions.InvalidRequestException):
        put(ResourcePolicy=document("*", effect="Deny", action="secretsmanager:*"))
    assert "ResourcePolicy" not in client.get_resource_policy(SecretId=secret["ARN"])
    put(ResourcePolicy=document("*"))


def test_a_policy_is_validated_without_being_set(client, secret, account):
    good = client.validate_resource_policy(SecretId=secret["ARN"], ResourcePolicy=document({"AWS": account}))
    assert (good["PolicyValidationPassed"], good["ValidationErrors"]) == (True, [])
    bad = client.validate_resource_policy(ResourcePolicy=document("*"))
    assert bad["PolicyValidationPassed"] is False
    assert [sorted(error) for error in bad["ValidationErrors"]] == [["CheckName", "ErrorMessage"]]
    assert "ResourcePolicy" not in client.get_resource_policy(SecretId=secret["ARN"])


def test_a_deny_on_the_secret_holds_for_one_of_a_batch(client, fill):
    denied, other = fill("ab")
    client.put_resource_policy(SecretId=denied, ResourcePolicy=document("*", effect="Deny"))
    batch = client.batch_get_secret_value(SecretIdList=[denied, other])
    assert [value["Name"] for value in batch["SecretValues"]] == [other]
    assert [(error["SecretId"], error["ErrorCode"]) for error in batch["Errors"]] == [(denied, "AccessDeniedException")]
    client.delete_resource_policy(SecretId=denied)
    assert client.get_secret_value(SecretId=denied)["SecretString"] == f"value of {denied}"
