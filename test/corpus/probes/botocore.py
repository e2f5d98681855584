import botocore.session
session = botocore.session.get_session()
client = session.create_client("s3", region_name="eu-north-1", aws_access_key_id="a", aws_secret_access_key="b")
print(client.generate_presigned_url("get_object", {"Bucket": "b", "Key": "k"}).split("?")[0], "ec2" in session.get_available_services())
