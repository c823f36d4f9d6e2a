"""The calls of the BatchGetSecretValue reference page."""

import datetime

import pytest
from botocore.exceptions import ClientError

NOT_FOUND = "Secrets Manager can't find the specified secret."
NO_VALUE = "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT"
DELETED = "You can't perform this operation on the secret because it was marked for deletion."
BAD_NAME = (
    "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!"
)


def names_of(response):
    return [value["Name"] for value in response["SecretValues"]]


def test_a_list_of_names_returns_every_secret_in_order(client, fill):
    names = fill("cab")
    response = client.batch_get_secret_value(SecretIdList=names)
    assert names_of(response) == names
    assert [value["SecretString"] for value in response["SecretValues"]] == [f"value of {name}" for name in names]
    assert response["Errors"] == []
    assert "NextToken" not in response


def test_an_entry_has_all_members_of_the_reference(client, prefix):
    created = client.create_secret(Name=prefix + "a", SecretString="pässword ✓")
    [value] = client.batch_get_secret_value(SecretIdList=[prefix + "a"])["SecretValues"]
    described = client.describe_secret(SecretId=prefix + "a")
    assert value == {
        "ARN": created["ARN"],
        "Name": prefix + "a",
        "VersionId": created["VersionId"],
        "SecretString": "pässword ✓",
        "VersionStages": ["AWSCURRENT"],
        "CreatedDate": described["CreatedDate"],
    }
    assert isinstance(value["CreatedDate"], datetime.datetime)


def test_names_arns_and_partial_arns_mix(client, fill):
    names = fill("abc")
    arns = [client.describe_secret(SecretId=name)["ARN"] for name in names]
    ids = [names[0], arns[1], arns[2].rsplit("-", 1)[0]]
    response = client.batch_get_secret_value(SecretIdList=ids)
    assert names_of(response) == names
    assert [value["ARN"] for value in response["SecretValues"]] == arns


def test_binary_values_are_bytes(client, prefix):
    content = bytes(range(256))
    client.create_secret(Name=prefix + "binary", SecretBinary=content)
    client.create_secret(Name=prefix + "text", SecretString="text")
    binary, text = client.batch_get_secret_value(SecretIdList=[prefix + "binary", prefix + "text"])["SecretValues"]
    assert binary["SecretBinary"] == content and "SecretString" not in binary
    assert text["SecretString"] == "text" and "SecretBinary" not in text


def test_the_current_version_comes_with_all_its_labels(client, prefix):
    name = prefix + "a"
    client.create_secret(Name=name, SecretString="1")
    second = client.put_secret_value(SecretId=name, SecretString="2", VersionStages=["AWSCURRENT", "blue"])
    [value] = client.batch_get_secret_value(SecretIdList=[name])["SecretValues"]
    assert value["SecretString"] == "2"
    assert value["VersionId"] == second["VersionId"]
    assert sorted(value["VersionStages"]) == ["AWSCURRENT", "blue"]


def test_what_cannot_be_read_stands_beside_what_can(client, prefix, fill):
    [good] = fill("a")
    client.create_secret(Name=prefix + "empty")
    client.create_secret(Name=prefix + "gone", SecretString="x")
    client.delete_secret(SecretId=prefix + "gone", RecoveryWindowInDays=7)
    elsewhere = client.describe_secret(SecretId=good)["ARN"].replace("eu-central-1", "us-west-2")
    ids = [prefix + "none", good, prefix + "empty", prefix + "gone", "not a name", elsewhere]
    response = client.batch_get_secret_value(SecretIdList=ids)
    assert names_of(response) == [good]
    assert response["Errors"] == [
        {"SecretId": prefix + "none", "ErrorCode": "ResourceNotFoundException", "Message": NOT_FOUND},
        {"SecretId": prefix + "empty", "ErrorCode": "ResourceNotFoundException", "Message": NO_VALUE},
        {"SecretId": prefix + "gone", "ErrorCode": "InvalidRequestException", "Message": DELETED},
        {"SecretId": "not a name", "ErrorCode": "ValidationException", "Message": BAD_NAME},
        {"SecretId": elsewhere, "ErrorCode": "ResourceNotFoundException", "Message": NOT_FOUND},
    ]


def test_nothing_readable_is_still_an_answer(client, prefix):
    response = client.batch_get_secret_value(SecretIdList=[prefix + "x", prefix + "y"])
    assert response["SecretValues"] == []
    assert len(response["Errors"]) == 2
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_an_id_asked_for_twice_is_answered_twice(client, fill):
    [name] = fill("a")
    assert names_of(client.batch_get_secret_value(SecretIdList=[name, name])) == [name, name]


def test_filters_find_by_name_in_order_of_creation(client, prefix, fill):
    names = fill("cab")
    response = client.batch_get_secret_value(Filters=[{"Key": "name", "Values": [prefix]}])
    assert names_of(response) == names
    assert response["Errors"] == []


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("name", "{prefix}match"),
        ("description", "Database login"),
        ("description", "login for"),
        ("tag-key", "stage-{word}"),
        ("tag-value", "blue-{word}"),
        ("all", "Database"),
    ],
)
def test_every_filter_key_finds(client, prefix, key, value):
    word = prefix.rstrip("/")
    client.create_secret(
        Name=prefix + "match",
        SecretString="x",
        Description=f"Database login for {word}",
        Tags=[{"Key": f"stage-{word}", "Value": f"blue-{word}"}],
    )
    client.create_secret(Name=prefix + "other", SecretString="x", Description="Mail")
    filters = [
        {"Key": "name", "Values": [prefix]},
        {"Key": key, "Values": [value.format(prefix=prefix, word=word)]},
    ]
    assert names_of(client.batch_get_secret_value(Filters=filters)) == [prefix + "match"]


@pytest.mark.parametrize("key", ["primary-region", "owning-service"])
def test_filter_keys_that_no_secret_answers_to_find_nothing(client, fill, prefix, key):
    fill("a")
    response = client.batch_get_secret_value(
        Filters=[{"Key": "name", "Values": [prefix]}, {"Key": key, "Values": ["x"]}]
    )
    assert response["SecretValues"] == [] and response["Errors"] == []


def test_values_are_or_filters_are_and_an_exclamation_mark_negates(client, prefix, fill):
    fill("ab", Tags=[{"Key": "env", "Value": "prod"}])
    fill("cd", Tags=[{"Key": "env", "Value": "dev"}])
    either = [{"Key": "name", "Values": [prefix + "a", prefix + "d"]}]
    both = [{"Key": "name", "Values": [prefix]}, {"Key": "tag-value", "Values": ["dev"]}]
    neither = [{"Key": "name", "Values": [prefix]}, {"Key": "tag-value", "Values": ["!dev"]}]
    assert names_of(client.batch_get_secret_value(Filters=either)) == [prefix + "a", prefix + "d"]
    assert names_of(client.batch_get_secret_value(Filters=both)) == [prefix + "c", prefix + "d"]
    assert names_of(client.batch_get_secret_value(Filters=neither)) == [prefix + "a", prefix + "b"]


def test_a_loop_over_next_token_reads_everything_once(client, prefix, fill):
    names = fill("abcdefg")
    request = {"Filters": [{"Key": "name", "Values": [prefix]}], "MaxResults": 3}
    pages = []
    while True:
        response = client.batch_get_secret_value(**request)
        pages.append(names_of(response))
        if "NextToken" not in response:
            break
        request["NextToken"] = response["NextToken"]
    assert pages == [names[:3], names[3:6], names[6:]]


def test_a_full_last_page_has_no_next_token(client, prefix, fill):
    fill("abc")
    response = client.batch_get_secret_value(Filters=[{"Key": "name", "Values": [prefix]}], MaxResults=3)
    assert len(response["SecretValues"]) == 3 and "NextToken" not in response


def test_a_page_may_hold_errors_in_place_of_values(client, prefix):
    arn = client.create_secret(Name=prefix + "empty")["ARN"]
    response = client.batch_get_secret_value(Filters=[{"Key": "name", "Values": [prefix]}])
    assert response["SecretValues"] == []
    assert response["Errors"] == [
        {"SecretId": arn, "ErrorCode": "ResourceNotFoundException", "Message": NO_VALUE}
    ]


def test_filters_pass_over_secrets_marked_for_deletion(client, prefix, fill):
    [kept, gone] = fill("ab")
    client.delete_secret(SecretId=gone)
    response = client.batch_get_secret_value(Filters=[{"Key": "name", "Values": [prefix]}])
    assert names_of(response) == [kept] and response["Errors"] == []


def test_both_selectors_or_neither_are_refused(client):
    text = "Either 'SecretIdList' or 'Filters' must be provided, but not both."
    for request in [{"SecretIdList": ["a"], "Filters": [{"Key": "name", "Values": ["a"]}]}, {}]:
        with pytest.raises(client.exceptions.InvalidParameterException) as refused:
            client.batch_get_secret_value(**request)
        assert refused.value.response["Error"]["Message"] == text


def test_max_results_needs_filters(client):
    with pytest.raises(client.exceptions.InvalidParameterException) as refused:
        client.batch_get_secret_value(SecretIdList=["a"], MaxResults=5)
    assert "'Filters' must also be specified" in refused.value.response["Error"]["Message"]


def test_a_forged_or_moved_token_is_refused(client, prefix, fill):
    fill("abc")
    filters = [{"Key": "name", "Values": [prefix]}]
    token = client.batch_get_secret_value(Filters=filters, MaxResults=1)["NextToken"]
    other = [{"Key": "name", "Values": [prefix + "a"]}]
    for request in [
        {"Filters": filters, "NextToken": "forged"},
        {"Filters": filters, "NextToken": ("B" if token[20] != "B" else "C").join([token[:20], token[21:]])},
        {"Filters": other, "NextToken": token},
        {"SecretIdList": [prefix + "a"], "NextToken": token},
    ]:
        with pytest.raises(client.exceptions.InvalidNextTokenException):
            client.batch_get_secret_value(**request)


@pytest.mark.parametrize(
    ("request_", "constraint"),
    [
        ({"SecretIdList": [str(n) for n in range(21)]}, "Member must have length less than or equal to 20"),
        ({"Filters": [{"Key": "name", "Values": ["x"] * 11}]}, "Member must have length less than or equal to 10"),
        ({"Filters": [{"Key": "colour", "Values": ["x"]}]}, "Member must satisfy enum value set: ["),
        ({"Filters": [{"Key": "name", "Values": ["x"]}], "MaxResults": 21}, "less than or equal to 20"),
    ],
)
def test_what_the_model_forbids_is_a_validation_exception(client, request_, constraint):
    with pytest.raises(ClientError) as refused:
        client.batch_get_secret_value(**request_)
    error = refused.value.response["Error"]
    assert error["Code"] == "ValidationException"
    assert error["Message"].startswith("1 validation error detected: Value ") and constraint in error["Message"]


def test_twenty_values_of_the_largest_size_come_in_one_answer(client, prefix):
    names = [f"{prefix}{n:02}" for n in range(20)]
    for name in names:
        client.create_secret(Name=name, SecretString="x" * 65536)
    response = client.batch_get_secret_value(SecretIdList=names)
    assert names_of(response) == names
    assert all(len(value["SecretString"]) == 65536 for value in response["SecretValues"])
