"""Keys of the customer in boto3's own words, and secrets under them."""

import json

import pytest
from botocore.exceptions import ClientError
from conftest import make_client


@pytest.fixture(scope="session")
def kms():
    return make_client(service="kms")


@pytest.fixture
def key(kms):
    return kms.create_key(Description="made by boto3", Tags=[{"TagKey": "team", "TagValue": "blue"}])["KeyMetadata"]


@pytest.fixture
def alias(kms, key, prefix):
    name = f"alias/{prefix}app"
    kms.create_alias(AliasName=name, TargetKeyId=key["KeyId"])
    return name


def code_of(call, **members):
    with pytest.raises(ClientError) as refused:
        call(**members)
    return refused.value.response["Error"]["Code"]


def test_a_key_is_described_as_it_was_made(kms, key, alias):
    for name in (key["KeyId"], key["Arn"], alias):
        described = kms.describe_key(KeyId=name)["KeyMetadata"]
        assert described["Arn"] == key["Arn"] and described["Description"] == "made by boto3"
        assert (described["KeyState"], described["Enabled"], described["KeyManager"]) == ("Enabled", True, "CUSTOMER")
        assert described["CreationDate"].tzinfo is not None
    assert kms.list_resource_tags(KeyId=key["KeyId"])["Tags"] == [{"TagKey": "team", "TagValue": "blue"}]
    assert json.loads(kms.get_key_policy(KeyId=key["KeyId"], PolicyName="default")["Policy"])["Statement"]


def test_paginators_find_every_key_and_alias(kms, key, alias):
    keys = [one["KeyId"] for page in kms.get_paginator("list_keys").paginate(Limit=2) for one in page["Keys"]]
    assert key["KeyId"] in keys and len(keys) == len(set(keys))
    pages = kms.get_paginator("list_aliases").paginate(PaginationConfig={"PageSize": 2})
    assert alias in [one["AliasName"] for page in pages for one in page["Aliases"]]


def test_what_was_encrypted_opens_with_its_context_alone(kms, key, alias):
    context = {"purpose": "test", "tenant": "ä"}
    sealed = kms.encrypt(KeyId=alias, Plaintext=b"\x00plain\xff", EncryptionContext=context)
    assert sealed["KeyId"] == key["Arn"]
    opened = kms.decrypt(CiphertextBlob=sealed["CiphertextBlob"], EncryptionContext=context)
    assert (opened["Plaintext"], opened["KeyId"]) == (b"\x00plain\xff", key["Arn"])
    with pytest.raises(kms.exceptions.InvalidCiphertextException):
        kms.decrypt(CiphertextBlob=sealed["CiphertextBlob"], EncryptionContext={"purpose": "test"})
    kms.rotate_key_on_demand(KeyId=key["KeyId"])
    moved = kms.re_encrypt(
        CiphertextBlob=sealed["CiphertextBlob"], SourceEncryptionContext=context, DestinationKeyId=key["Arn"]
    )
    assert kms.decrypt(CiphertextBlob=moved["CiphertextBlob"])["Plaintext"] == b"\x00plain\xff"


def test_data_keys_come_plain_and_sealed(kms, key):
    both = kms.generate_data_key(KeyId=key["KeyId"], KeySpec="AES_256")
    assert len(both["Plaintext"]) == 32
    assert kms.decrypt(CiphertextBlob=both["CiphertextBlob"])["Plaintext"] == both["Plaintext"]
    assert "Plaintext" not in kms.generate_data_key_without_plaintext(KeyId=key["KeyId"], NumberOfBytes=64)
    assert len(kms.generate_random(NumberOfBytes=17)["Plaintext"]) == 17


def test_a_disabled_key_stops_its_secrets(client, kms, key, prefix):
    name = prefix + "a"
    client.create_secret(Name=name, SecretString="value", KmsKeyId=key["KeyId"])
    kms.disable_key(KeyId=key["KeyId"])
    with pytest.raises(kms.exceptions.DisabledException):
        kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")
    with pytest.raises(client.exceptions.DecryptionFailure):
        client.get_secret_value(SecretId=name)
    [failed] = client.batch_get_secret_value(SecretIdList=[name])["Errors"]
    assert (failed["SecretId"], failed["ErrorCode"]) == (name, "DecryptionFailure")
    kms.enable_key(KeyId=key["KeyId"])
    assert client.get_secret_value(SecretId=name)["SecretString"] == "value"


def test_a_key_that_waits_for_its_end_is_brought_back_disabled(kms, key):
    scheduled = kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
    assert (scheduled["KeyState"], scheduled["PendingWindowInDays"]) == ("PendingDeletion", 7)
    with pytest.raises(kms.exceptions.KMSInvalidStateException) as refused:
        kms.schedule_key_deletion(KeyId=key["KeyId"])
    # Terraform looks for these words.
    assert "is pending deletion" in refused.value.response["Error"]["Message"]
    kms.cancel_key_deletion(KeyId=key["KeyId"])
    assert kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"] == "Disabled"


def test_errors_are_typed(kms, key):
    with pytest.raises(kms.exceptions.NotFoundException) as refused:
        kms.describe_key(KeyId="alias/none")
    assert refused.value.response["Error"]["Message"].endswith("alias/none is not found.")
    with pytest.raises(kms.exceptions.MalformedPolicyDocumentException):
        kms.put_key_policy(KeyId=key["KeyId"], PolicyName="default", Policy="{")
    assert code_of(kms.encrypt, KeyId=key["KeyId"], Plaintext=b"x" * 4097) == "ValidationException"
    assert code_of(kms.sign, KeyId=key["KeyId"], Message=b"x", SigningAlgorithm="ECDSA_SHA_256") == (
        "InvalidKeyUsageException"
    )
    assert code_of(make_client(service="kms", secret="x" * 40).list_keys) == "InvalidSignatureException"


def test_a_grant_is_what_its_grantee_may_do(kms, key, prefix):
    iam = make_client(service="iam", region="us-east-1")
    user = iam.create_user(UserName=prefix.rstrip("/"))["User"]
    access = iam.create_access_key(UserName=user["UserName"])["AccessKey"]
    grantee = make_client(service="kms", key_id=access["AccessKeyId"], secret=access["SecretAccessKey"])
    assert code_of(grantee.encrypt, KeyId=key["Arn"], Plaintext=b"x") == "AccessDeniedException"
    grant = kms.create_grant(KeyId=key["KeyId"], GranteePrincipal=user["Arn"], Operations=["Encrypt"])
    sealed = grantee.encrypt(KeyId=key["Arn"], Plaintext=b"x", GrantTokens=[grant["GrantToken"]])
    assert code_of(grantee.decrypt, CiphertextBlob=sealed["CiphertextBlob"]) == "AccessDeniedException"
    [listed] = kms.list_grants(KeyId=key["KeyId"])["Grants"]
    assert (listed["GrantId"], listed["Operations"]) == (grant["GrantId"], ["Encrypt"])
    kms.revoke_grant(KeyId=key["KeyId"], GrantId=grant["GrantId"])
    assert code_of(grantee.encrypt, KeyId=key["Arn"], Plaintext=b"x") == "AccessDeniedException"
