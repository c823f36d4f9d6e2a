"""CloudTrail through boto3."""

import datetime
import json

import pytest
from conftest import make_client


@pytest.fixture(scope="module")
def cloudtrail():
    return make_client("cloudtrail")


def test_events_of_a_batch(cloudtrail, client, fill):
    names = fill("abc")
    client.batch_get_secret_value(SecretIdList=names)
    for name in names:
        found = cloudtrail.lookup_events(LookupAttributes=[{"AttributeKey": "ResourceName", "AttributeValue": name}])
        read, made = found["Events"]
        assert (read["EventName"], made["EventName"]) == ("GetSecretValue", "CreateSecret")
        assert (read["ReadOnly"], made["ReadOnly"]) == ("true", "false")
        assert read["Resources"][0]["ResourceType"] == "AWS::SecretsManager::Secret"
        assert read["Resources"] == made["Resources"]
        assert json.loads(read["CloudTrailEvent"])["requestParameters"] == {"secretId": name}
        assert abs(datetime.datetime.now(datetime.timezone.utc) - read["EventTime"]) < datetime.timedelta(minutes=5)


def test_the_paginator_finds_every_event_once(cloudtrail, client, prefix):
    began = datetime.datetime.now(datetime.timezone.utc)
    for index in range(7):
        with pytest.raises(client.exceptions.ResourceNotFoundException):
            client.describe_secret(SecretId=f"{prefix}{index}")
    pages = cloudtrail.get_paginator("lookup_events").paginate(
        LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "DescribeSecret"}],
        StartTime=began,
        PaginationConfig={"PageSize": 3},
    )
    names = [event["Resources"][0]["ResourceName"] for page in pages for event in page["Events"]]
    assert [name for name in names if name.startswith(prefix)] == [f"{prefix}{index}" for index in reversed(range(7))]


def test_errors_have_their_names(cloudtrail):
    now = datetime.datetime.now(datetime.timezone.utc)
    with pytest.raises(cloudtrail.exceptions.InvalidTimeRangeException):
        cloudtrail.lookup_events(StartTime=now, EndTime=now - datetime.timedelta(days=1))
    with pytest.raises(cloudtrail.exceptions.InvalidNextTokenException):
        cloudtrail.lookup_events(NextToken="none")
    with pytest.raises(cloudtrail.exceptions.InvalidMaxResultsException):
        cloudtrail.lookup_events(MaxResults=51)
