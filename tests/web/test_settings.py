import pytest
from pydantic import ValidationError

from app.settings import Settings, environment_name
from scripts.tables import settings_table


def test_settings_are_read_from_the_environment(monkeypatch):
    values = {
        "HOST": "0.0.0.0",
        "PORT": "9000",
        "WORKERS": "3",
        "UNROLL_MAX_RUNS": "7",
        "UNROLL_ALLOWED_HOSTS": "Unroll.School, other.example ,",
        "UNROLL_ALLOWED_ORIGINS": "https://lessons.example/",
        "UNROLL_ALLOW_MISSING_ORIGIN": "true",
        "UNROLL_ROOT_PATH": "/unroll/",
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    settings = Settings()
    assert (settings.host, settings.port, settings.workers, settings.max_runs) == ("0.0.0.0", 9000, 3, 7)
    assert settings.allowed_hosts == ("unroll.school", "other.example")
    assert settings.allowed_origins == ("https://lessons.example",)
    assert settings.allow_missing_origin
    assert settings.root_path == "/unroll"


def test_what_kubernetes_says_of_a_service_named_unroll_is_no_setting(monkeypatch):
    for name in ("UNROLL_PORT", "UNROLL_PORT_80_TCP", "UNROLL_SERVICE_PORT", "UNROLL_SERVICE_HOST", "UNROLL_HOST"):
        monkeypatch.setenv(name, "tcp://10.0.171.239:80")
    settings = Settings()
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "70000"),
        ("WORKERS", "0"),
        ("UNROLL_MAX_RUNS", "many"),
        ("UNROLL_FRAME_ANCESTORS", "'self'; script-src *"),
        ("UNROLL_LOG_LEVEL", "loud"),
        ("UNROLL_ALLOWED_HOSTS", "https://unroll.school"),
        ("UNROLL_ALLOWED_HOSTS", "unroll.*.school"),
        ("UNROLL_ALLOWED_HOSTS", "*school"),
        ("UNROLL_ALLOWED_ORIGINS", "unroll.school"),
        ("UNROLL_ALLOWED_ORIGINS", "https://*"),
        ("UNROLL_ALLOWED_ORIGINS", "https://unroll.school/page"),
        ("UNROLL_ROOT_PATH", "unroll"),
        ("UNROLL_ROOT_PATH", "/a//b"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused_at_start(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError):
        Settings()


def test_every_setting_has_a_sentence_of_help_and_a_row_in_the_table():
    for name, field in Settings.model_fields.items():
        assert field.description
        assert field.description.endswith(".")
        assert f"| `{environment_name(name)}` |" in settings_table()
