"""Errors as boto3's users meet them: typed exceptions of the service, codes of authentication."""

import datetime
import os

import botocore.auth
import pytest
from botocore.exceptions import ClientError
from conftest import make_client


def error_of(call, **members):
    with pytest.raises(ClientError) as refused:
        call(**members)
    response = refused.value.response
    return response["Error"]["Code"], response["Error"]["Message"], response["ResponseMetadata"]


def test_a_missing_secret_is_a_typed_exception(client, prefix):
    with pytest.raises(client.exceptions.ResourceNotFoundException) as refused:
        client.get_secret_value(SecretId=prefix + "none")
    assert refused.value.response["Error"]["Message"] == "Secrets Manager can't find the specified secret."
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert refused.value.response["ResponseMetadata"]["RequestId"]


def test_an_existing_name_is_a_typed_exception(client, fill):
    [name] = fill("a")
    with pytest.raises(client.exceptions.ResourceExistsException) as refused:
        client.create_secret(Name=name, SecretString="other")
    message = refused.value.response["Error"]["Message"]
    assert message == f"The operation failed because the secret {name} already exists."


def test_a_secret_marked_for_deletion_is_a_typed_exception(client, fill):
    [name] = fill("a")
    client.delete_secret(SecretId=name)
    with pytest.raises(client.exceptions.InvalidRequestException):
        client.get_secret_value(SecretId=name)


def test_bad_parameters_are_a_typed_exception(client, fill):
    [name] = fill("a")
    with pytest.raises(client.exceptions.InvalidParameterException):
        client.delete_secret(SecretId=name, RecoveryWindowInDays=31)


def test_an_unknown_access_key_is_unrecognized():
    stranger = make_client(key_id="AKIAAAAAAAAAAAAAAAAA", secret="x" * 40)
    code, message, metadata = error_of(stranger.list_secrets)
    assert code == "UnrecognizedClientException"
    assert message == "The security token included in the request is invalid."
    assert metadata["HTTPStatusCode"] == 400


def test_a_wrong_secret_is_an_invalid_signature():
    code, message, _ = error_of(make_client(secret="x" * 40).list_secrets)
    assert code == "InvalidSignatureException"
    assert message.startswith("The request signature we calculated does not match the signature you provided.")


@pytest.mark.parametrize(("minutes", "text"), [(-6, "Signature expired: "), (6, "Signature not yet current: ")])
def test_a_clock_that_is_off_is_an_invalid_signature(monkeypatch, minutes, text):
    now = botocore.auth.get_current_datetime
    monkeypatch.setattr(
        botocore.auth, "get_current_datetime", lambda *args: now(*args) + datetime.timedelta(minutes=minutes)
    )
    code, message, metadata = error_of(make_client().list_secrets)
    assert code == "InvalidSignatureException"
    assert message.startswith(text)
    assert "date" in metadata["HTTPHeaders"]


def test_a_clock_four_minutes_off_is_good_enough(monkeypatch):
    now = botocore.auth.get_current_datetime
    monkeypatch.setattr(
        botocore.auth, "get_current_datetime", lambda *args: now(*args) - datetime.timedelta(minutes=4)
    )
    assert "SecretList" in make_client().list_secrets()


def test_a_session_token_belongs_to_no_long_term_key():
    import boto3

    session = boto3.client(
        "secretsmanager",
        endpoint_url=os.environ["COFFER_CLIENT_TEST_URL"],
        region_name="eu-central-1",
        aws_access_key_id=os.environ["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=os.environ["AWS_SECRET_ACCESS_KEY"],
        aws_session_token="token",
    )
    assert error_of(session.list_secrets)[0] == "UnrecognizedClientException"


def test_an_unsigned_request_is_refused():
    from botocore import UNSIGNED

    code, message, _ = error_of(make_client(signature_version=UNSIGNED).list_secrets)
    assert (code, message) == ("MissingAuthenticationTokenException", "Request is missing Authentication Token")


def test_a_body_changed_after_signing_is_refused(client, prefix):
    changed = make_client()
    changed.meta.events.register(
        "before-send.secretsmanager.GetSecretValue",
        lambda request, **_: setattr(request, "body", request.body.replace(b"none", b"some")),
    )
    assert error_of(changed.get_secret_value, SecretId=prefix + "none")[0] == "InvalidSignatureException"


def test_operations_that_are_not_there_are_unknown():
    assert error_of(make_client(service="kms").describe_custom_key_stores)[0] == "UnknownOperationException"

def test_every_violation_is_named(client):
    code, message, _ = error_of(client.get_random_password, PasswordLength=5000, ExcludeCharacters="x" * 4097)
    assert code == "ValidationException"
    assert message.startswith("2 validation errors detected: ")


def test_a_secret_of_another_region_is_not_found(client, fill):
    [name] = fill("a")
    elsewhere = make_client(region="us-west-2")
    arn = client.describe_secret(SecretId=name)["ARN"]
    for secret_id in (name, arn):
        assert error_of(elsewhere.get_secret_value, SecretId=secret_id)[0] == "ResourceNotFoundException"
