"""Clients for the Coffer that run.ts has started; its address and the administrator's key are in the environment."""

import os
import uuid

import boto3
import pytest
from botocore.config import Config

URL = os.environ.get("COFFER_CLIENT_TEST_URL", "")
REGION = "eu-central-1"


def make_client(service="secretsmanager", region=REGION, key_id=None, secret=None, **config):
    return boto3.client(
        service,
        endpoint_url=URL,
        region_name=region,
        aws_access_key_id=key_id or os.environ["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=secret or os.environ["AWS_SECRET_ACCESS_KEY"],
        config=Config(retries={"max_attempts": 1}, **config),
    )


def pytest_sessionstart(session):
    if not URL:
        pytest.exit("COFFER_CLIENT_TEST_URL is not set: start this suite with npm run test:clients", returncode=2)


@pytest.fixture(scope="session")
def client():
    return make_client()


@pytest.fixture
def prefix():
    """Begins the names of one test's secrets, so that no test meets those of another."""
    return f"{uuid.uuid4().hex[:10]}/"


@pytest.fixture
def fill(client, prefix):
    """Creates text secrets named by letters; returns their names."""

    def fill(letters, **members):
        names = [prefix + letter for letter in letters]
        for name in names:
            client.create_secret(Name=name, SecretString=f"value of {name}", **members)
        return names

    return fill
