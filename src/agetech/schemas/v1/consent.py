"""Consent: a document of its own; `permits` is pure, denies by default, and a withdrawal counts from its very moment."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, Strict, model_validator

from agetech.schemas.instants import Instant
from agetech.schemas.kinds import At, Flag, Line, Sha256
from agetech.schemas.meaning import said
from agetech.schemas.model import Broken, Model
from agetech.schemas.v1.datatypes import Attachment, Document, Period, Reference, of, stamped

Purpose = Literal[
    "care", "monitoring", "emergency_response", "assessment", "research", "product_improvement", "benchmark", "public_dataset",
    "hospital_referral",
]  # fmt: skip
SensitiveCategory = Literal["biometric", "religion", "specific_identity", "health", "financial", "whereabouts", "minor", "general"]


class Notice(Model):
    """The text that was shown, by version and digest."""

    version: Line = said("Version of the text", "告知书版本")
    sha256: Sha256 = said("Digest of the text", "告知书摘要")
    language: Line | None = said("Language it was read in", "告知语言", optional=True, binding="bcp-47")


class Consent(Document):
    """What a person, or the guardian, allows or forbids: categories, purposes, recipients, a period."""

    name: ClassVar[str] = "consent"
    version: ClassVar[str] = "1.0.0"
    rules: ClassVar[dict[str, tuple[str, str]]] = {
        "guardian-named": ("grantor guardian names the guardian", "监护人代为同意时须注明监护人"),
        "transfer-basis": ("transfer across the border states its basis", "跨境提供须说明依据"),
        "consent-period": ("the period has a start and an end with a zone", "期间须有带时区的起止时间"),
        "withdrawal": ("withdrawn_at goes with status inactive, not before the start", "撤回时间须与失效状态一致，且不早于起点"),
        "separate-consent": ("a permit on a sensitive category is a separate consent", "涉及敏感类别的许可须为单独同意"),
    }
    schema: Literal["https://schemas.agetech.example/consent/1"] = of("consent")
    schema_version: Annotated[str, Strict(), Field(pattern=r"^1\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)$")] = stamped("1.0.0")
    subject: Reference = said("Whose data", "数据主体", label="quasi")
    decision: Literal["permit", "deny"] = said("Allowed or forbidden", "许可或禁止", default="permit", binding="consent-provision-type")
    grantor: Literal["self", "guardian"] = said("Who gave it", "同意人", binding="agetech")
    guardian_ref: Reference | None = said("The guardian", "监护人", optional=True, label="quasi")
    basis: Literal["consent", "contract", "legal_duty", "emergency", "public_interest", "lawfully_public", "other_by_law"] = said(
        "Lawful basis", "处理依据", binding="pipl-art-13"
    )
    separate_consent: Flag = said("Given separately for sensitive data", "是否单独同意", binding="pipl-art-29")
    written: Flag | None = said("In writing", "是否书面", optional=True)
    categories: tuple[SensitiveCategory, ...] = said("Categories of data", "数据类别", min_length=1, binding="pipl-art-28")
    purposes: tuple[Purpose, ...] = said("Purposes; there is no wildcard", "目的，不得概括授权", min_length=1, binding="agetech")
    recipients: tuple[Reference, ...] = said("Who may receive the data", "接收方", min_length=1)
    cross_border: Flag = said("Leaves the country", "是否出境")
    transfer_basis: Line | None = said("Basis of a transfer abroad", "出境依据", optional=True)
    automated_decision: Flag = said("Automated decisions are allowed", "是否同意自动化决策", binding="pipl-art-24")
    period: Period = said("From when to when", "有效期间", label="quasi")
    status: Literal["draft", "active", "inactive", "not-done", "entered-in-error"] = said("Status", "状态", binding="consent-state")
    withdrawn_at: At | None = said("When it was withdrawn", "撤回时间", optional=True, label="quasi")
    withdrawal_effect: Literal["stop_only", "delete", "anonymise"] | None = said(
        "What happens to data already held", "撤回后对既有数据的处理", optional=True, binding="agetech"
    )
    notice: Notice = said("The text that was shown", "告知文本")
    impact_assessment: Attachment | None = said("Impact assessment", "影响评估", optional=True, binding="pipl-art-55")

    @model_validator(mode="after")
    def _rules(self) -> Self:
        if self.grantor == "guardian" and self.guardian_ref is None:
            raise Broken("guardian-named", "guardian_ref", "the guardian")
        if self.cross_border and self.transfer_basis is None:
            raise Broken("transfer-basis", "transfer_basis", "the basis")
        start, end = self.period.start, self.period.end
        if not isinstance(start, Instant) or not isinstance(end, Instant):
            raise Broken("consent-period", "period", "start and end with a zone")
        if self.withdrawn_at is not None and (self.status != "inactive" or self.withdrawn_at.ns < start.ns):
            raise Broken("withdrawal", "withdrawn_at", "status inactive, not before period.start")
        sensitive = any(c != "general" for c in self.categories)
        if sensitive and self.decision == "permit" and self.basis == "consent" and not self.separate_consent:
            raise Broken("separate-consent", "separate_consent", "true")
        return self

    def applies(self, category: str, purpose: str, recipient: str, at: Instant) -> bool:
        """Return True where this record speaks about the case and was in force at `at`."""
        if self.status not in ("active", "inactive") or (self.status == "inactive" and self.withdrawn_at is None):
            return False
        start, end = self.period.start, self.period.end
        if not isinstance(start, Instant) or not isinstance(end, Instant) or not start.ns <= at.ns < end.ns:
            return False
        if self.withdrawn_at is not None and at.ns >= self.withdrawn_at.ns:
            return False
        return category in self.categories and purpose in self.purposes and any(r.id == recipient for r in self.recipients)


def permits(consents: Consent | Iterable[Consent], category: str, purpose: str, recipient: str, at: Instant) -> bool:
    """Return True where the records of one person allow `recipient` to use `category` for `purpose` at `at`.

    Pure; deny by default; a deny in force beats every permit; a record withdrawn at t does not speak from t on.
    """
    records = [consents] if isinstance(consents, Consent) else list(consents)
    if len({r.subject.id for r in records}) > 1:
        return False
    speaking = [r for r in records if r.applies(category, purpose, recipient, at)]
    return bool(speaking) and all(r.decision == "permit" for r in speaking)
