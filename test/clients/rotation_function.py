"""A rotation function written from AWS's documented contract, run as a command: the event stands on standard input.

It rotates a password that nothing but the secret knows, so that the two steps in the middle have only the secret to look at.
"""

import json
import os
import sys

import boto3


def lambda_handler(event, context):
    client = boto3.client("secretsmanager", endpoint_url=os.environ["SECRETS_MANAGER_ENDPOINT"])
    arn, token, step = event["SecretId"], event["ClientRequestToken"], event["Step"]
    described = client.describe_secret(SecretId=arn)
    if not described["RotationEnabled"]:
        raise ValueError("rotation is not enabled")
    versions = described["VersionIdsToStages"]
    if token not in versions:
        raise ValueError("the version is not there")
    if "AWSCURRENT" in versions[token]:
        return
    if "AWSPENDING" not in versions[token]:
        raise ValueError("the version is not pending")
    STEPS[step](client, arn, token, versions)


def create(client, arn, token, versions):
    current = client.get_secret_value(SecretId=arn, VersionStage="AWSCURRENT")
    try:
        client.get_secret_value(SecretId=arn, VersionId=token, VersionStage="AWSPENDING")
    except client.exceptions.ResourceNotFoundException:
        password = client.get_random_password(ExcludeCharacters="/@\"'\\")["RandomPassword"]
        value = json.dumps({**json.loads(current["SecretString"]), "password": password})
        client.put_secret_value(SecretId=arn, ClientRequestToken=token, SecretString=value, VersionStages=["AWSPENDING"])


def look(client, arn, token, versions):
    pending = client.get_secret_value(SecretId=arn, VersionId=token, VersionStage="AWSPENDING")
    if len(json.loads(pending["SecretString"])["password"]) != 32:
        raise ValueError("the password is too short")


def finish(client, arn, token, versions):
    current = next(version for version, stages in versions.items() if "AWSCURRENT" in stages)
    client.update_secret_version_stage(
        SecretId=arn, VersionStage="AWSCURRENT", MoveToVersionId=token, RemoveFromVersionId=current
    )


STEPS = {"createSecret": create, "setSecret": look, "testSecret": look, "finishSecret": finish}

if __name__ == "__main__":
    lambda_handler(json.load(sys.stdin), None)
