"""The life of a secret in boto3's own words."""

import datetime
import json
import string
import uuid

import pytest


def test_a_value_comes_back_as_it_was_stored(client, prefix):
    created = client.create_secret(Name=prefix + "a", SecretString="pässword ✓ \n 😀")
    read = client.get_secret_value(SecretId=prefix + "a")
    assert read["SecretString"] == "pässword ✓ \n 😀"
    assert (read["ARN"], read["VersionId"]) == (created["ARN"], created["VersionId"])
    assert read["VersionStages"] == ["AWSCURRENT"]
    assert read["CreatedDate"].tzinfo is not None


def test_binary_values_are_bytes(client, prefix):
    content = bytes(range(256)) * 4
    client.create_secret(Name=prefix + "a", SecretBinary=content)
    read = client.get_secret_value(SecretId=prefix + "a")
    assert read["SecretBinary"] == content and "SecretString" not in read
    client.put_secret_value(SecretId=prefix + "a", SecretBinary=b"\x00\xff")
    assert client.get_secret_value(SecretId=prefix + "a")["SecretBinary"] == b"\x00\xff"


def test_json_is_text(client, prefix):
    content = {"username": "app", "password": "p"}
    client.create_secret(Name=prefix + "a", SecretString=json.dumps(content))
    assert json.loads(client.get_secret_value(SecretId=prefix + "a")["SecretString"]) == content


def test_a_new_version_moves_the_labels(client, prefix):
    name = prefix + "a"
    first = client.create_secret(Name=name, SecretString="1")["VersionId"]
    second = client.put_secret_value(SecretId=name, SecretString="2")
    assert second["VersionStages"] == ["AWSCURRENT"]
    assert client.get_secret_value(SecretId=name)["SecretString"] == "2"
    assert client.get_secret_value(SecretId=name, VersionStage="AWSPREVIOUS")["SecretString"] == "1"
    assert client.get_secret_value(SecretId=name, VersionId=first)["SecretString"] == "1"
    third = client.update_secret(SecretId=name, SecretString="3")["VersionId"]
    assert client.describe_secret(SecretId=name)["VersionIdsToStages"] == {
        second["VersionId"]: ["AWSPREVIOUS"],
        third: ["AWSCURRENT"],
    }


def test_the_labels_of_a_rotation(client, prefix):
    name = prefix + "a"
    current = client.create_secret(Name=name, SecretString="old")["VersionId"]
    token = str(uuid.uuid4())
    pending = client.put_secret_value(
        SecretId=name, ClientRequestToken=token, SecretString="new", VersionStages=["AWSPENDING"]
    )
    assert pending["VersionId"] == token and pending["VersionStages"] == ["AWSPENDING"]
    assert client.get_secret_value(SecretId=name)["SecretString"] == "old"
    with pytest.raises(client.exceptions.InvalidParameterException):
        client.update_secret_version_stage(SecretId=name, VersionStage="AWSCURRENT", MoveToVersionId=token)
    client.update_secret_version_stage(
        SecretId=name, VersionStage="AWSCURRENT", MoveToVersionId=token, RemoveFromVersionId=current
    )
    assert client.get_secret_value(SecretId=name)["SecretString"] == "new"
    assert client.get_secret_value(SecretId=name, VersionStage="AWSPREVIOUS")["SecretString"] == "old"
    client.update_secret_version_stage(SecretId=name, VersionStage="AWSPENDING", RemoveFromVersionId=token)
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_secret_value(SecretId=name, VersionStage="AWSPENDING")


def test_a_label_of_another_version_is_an_invalid_request(client, prefix):
    name = prefix + "a"
    first = client.create_secret(Name=name, SecretString="1")["VersionId"]
    client.put_secret_value(SecretId=name, SecretString="2")
    with pytest.raises(client.exceptions.InvalidRequestException):
        client.get_secret_value(SecretId=name, VersionId=first, VersionStage="AWSCURRENT")


def test_versions_are_listed(client, prefix):
    name = prefix + "a"
    ids = [client.create_secret(Name=name, SecretString="1")["VersionId"]]
    ids += [client.put_secret_value(SecretId=name, SecretString=str(n))["VersionId"] for n in (2, 3)]
    listed = client.list_secret_version_ids(SecretId=name)["Versions"]
    assert [version["VersionId"] for version in listed] == ids[1:]
    everything = client.list_secret_version_ids(SecretId=name, IncludeDeprecated=True)["Versions"]
    assert [version["VersionId"] for version in everything] == ids
    assert "VersionStages" not in everything[0]
    assert everything[0]["KmsKeyIds"] == ["DefaultEncryptionKey"]


def test_the_same_token_and_value_again_change_nothing(client, prefix):
    token = str(uuid.uuid4())
    request = {"Name": prefix + "a", "SecretString": "x", "ClientRequestToken": token}
    first = client.create_secret(**request)
    again = client.create_secret(**request)
    assert first["VersionId"] == token
    assert (again["ARN"], again["VersionId"]) == (first["ARN"], token)
    changed = client.describe_secret(SecretId=prefix + "a")["LastChangedDate"]
    repeated = client.put_secret_value(SecretId=prefix + "a", SecretString="x", ClientRequestToken=token)
    assert repeated["VersionId"] == token
    assert client.describe_secret(SecretId=prefix + "a")["LastChangedDate"] == changed


def test_the_same_token_with_another_value_is_refused(client, prefix):
    token = str(uuid.uuid4())
    arn = client.create_secret(Name=prefix + "a", SecretString="x", ClientRequestToken=token)["ARN"]
    for call in (
        lambda: client.create_secret(Name=prefix + "a", SecretString="y", ClientRequestToken=token),
        lambda: client.put_secret_value(SecretId=prefix + "a", SecretString="y", ClientRequestToken=token),
        lambda: client.update_secret(SecretId=prefix + "a", SecretString="y", ClientRequestToken=token),
    ):
        with pytest.raises(client.exceptions.ResourceExistsException) as refused:
            call()
        assert refused.value.response["Error"]["Message"] == (
            f"You can't use ClientRequestToken {token} because that value is already in use"
            f" for a version of secret {arn}."
        )


def test_deletion_can_be_taken_back(client, fill):
    [name] = fill("a")
    deleted = client.delete_secret(SecretId=name, RecoveryWindowInDays=7)
    window = deleted["DeletionDate"] - datetime.datetime.now(datetime.timezone.utc)
    assert abs(window - datetime.timedelta(days=7)) < datetime.timedelta(minutes=1)
    assert "DeletedDate" in client.describe_secret(SecretId=name)
    with pytest.raises(client.exceptions.InvalidRequestException):
        client.create_secret(Name=name, SecretString="y")
    client.restore_secret(SecretId=name)
    assert client.get_secret_value(SecretId=name)["SecretString"] == f"value of {name}"
    assert "DeletedDate" not in client.describe_secret(SecretId=name)


def test_a_forced_deletion_is_final(client, fill):
    [name] = fill("a")
    arn = client.describe_secret(SecretId=name)["ARN"]
    client.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.describe_secret(SecretId=name)
    assert client.create_secret(Name=name, SecretString="y")["ARN"] != arn


def test_tags_are_added_replaced_and_removed(client, prefix):
    name = prefix + "a"
    client.create_secret(Name=name, SecretString="x", Tags=[{"Key": "env", "Value": "dev"}])
    client.tag_resource(SecretId=name, Tags=[{"Key": "team", "Value": "a"}, {"Key": "env", "Value": "prod"}])
    assert client.describe_secret(SecretId=name)["Tags"] == [
        {"Key": "env", "Value": "prod"},
        {"Key": "team", "Value": "a"},
    ]
    client.untag_resource(SecretId=name, TagKeys=["env", "team", "none"])
    assert client.describe_secret(SecretId=name)["Tags"] == []


def test_description_and_dates(client, prefix):
    name = prefix + "a"
    client.create_secret(Name=name, SecretString="x", Description="first")
    described = client.describe_secret(SecretId=name)
    assert described["Description"] == "first" and "LastAccessedDate" not in described
    client.get_secret_value(SecretId=name)
    accessed = client.describe_secret(SecretId=name)["LastAccessedDate"].astimezone(datetime.timezone.utc)
    assert (accessed.hour, accessed.minute, accessed.second) == (0, 0, 0)
    client.update_secret(SecretId=name, Description="second")
    assert client.describe_secret(SecretId=name)["Description"] == "second"
    assert client.describe_secret(SecretId=name)["LastChangedDate"] > described["LastChangedDate"]


def test_the_paginator_of_list_secrets_finds_everything_once(client, prefix, fill):
    names = fill("abcdefg")
    pages = client.get_paginator("list_secrets").paginate(
        Filters=[{"Key": "name", "Values": [prefix]}], PaginationConfig={"PageSize": 3}
    )
    lists = [[secret["Name"] for secret in page["SecretList"]] for page in pages]
    assert lists == [names[:3], names[3:6], names[6:]]


def test_the_paginator_resumes_from_a_token(client, prefix, fill):
    names = fill("abcd")
    request = {"Filters": [{"Key": "name", "Values": [prefix]}]}
    paginator = client.get_paginator("list_secrets")
    first = paginator.paginate(**request, PaginationConfig={"MaxItems": 2, "PageSize": 2}).build_full_result()
    rest = paginator.paginate(**request, PaginationConfig={"StartingToken": first["NextToken"]}).build_full_result()
    assert [secret["Name"] for secret in first["SecretList"] + rest["SecretList"]] == names


def test_lists_sort_both_ways(client, prefix, fill):
    fill("bac")
    request = {"Filters": [{"Key": "name", "Values": [prefix]}], "SortBy": "name"}
    ascending = [secret["Name"] for secret in client.list_secrets(**request, SortOrder="asc")["SecretList"]]
    descending = [secret["Name"] for secret in client.list_secrets(**request, SortOrder="desc")["SecretList"]]
    assert ascending == sorted(ascending) and descending == ascending[::-1]


def test_deleted_secrets_are_listed_on_request(client, prefix, fill):
    [kept, gone] = fill("ab")
    client.delete_secret(SecretId=gone)
    request = {"Filters": [{"Key": "name", "Values": [prefix]}]}
    listed = lambda **more: [s["Name"] for s in client.list_secrets(**request, **more)["SecretList"]]
    assert listed() == [kept]
    assert listed(IncludePlannedDeletion=True) == [kept, gone]


def test_random_passwords_have_what_was_asked_for(client):
    password = client.get_random_password()["RandomPassword"]
    assert len(password) == 32
    for characters in (string.ascii_lowercase, string.ascii_uppercase, string.digits, string.punctuation):
        assert set(password) & set(characters)
    plain = client.get_random_password(PasswordLength=64, ExcludePunctuation=True, ExcludeCharacters="abcABC012")
    assert len(plain["RandomPassword"]) == 64
    assert set(plain["RandomPassword"]) <= set(string.ascii_letters + string.digits) - set("abcABC012")
    assert password != client.get_random_password()["RandomPassword"]


def test_random_passwords_that_cannot_be_are_refused(client):
    with pytest.raises(client.exceptions.InvalidParameterException) as refused:
        client.get_random_password(PasswordLength=3)
    message = refused.value.response["Error"]["Message"]
    assert message == "Password length is too short based on the required types."
