from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
key = ec.generate_private_key(ec.SECP256R1())
signature = key.sign(b"text", ec.ECDSA(hashes.SHA256()))
key.public_key().verify(signature, b"text", ec.ECDSA(hashes.SHA256()))
box = Fernet(Fernet.generate_key())
print(box.decrypt(box.encrypt(b"secret")), key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)[:26])
