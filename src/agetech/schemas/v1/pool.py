"""Patent pledge and certification record: what may be used on which terms, what was certified, and what is still missing."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, Strict, model_validator

from agetech.schemas.kinds import Day, Flag, Line, Number, Prose, Sha256, Token, Whole
from agetech.schemas.meaning import said
from agetech.schemas.model import Broken, Model
from agetech.schemas.v1.datatypes import Attachment, Coding, Document, Reference, of, stamped


class Royalty(Model):
    """What a licence costs."""

    amount: Number = said("Amount", "金额", unit="any")
    currency: Annotated[str, Strict(), Field(pattern=r"^[A-Z]{3}$")] = said("Currency", "币种", binding="iso-4217")
    basis: Line = said("Basis: a unit, a year, a share of sales ...", "计费依据")
    free_for: Line | None = said("Who pays nothing", "免费对象", optional=True)


class Claim(Model):
    """How a claim of the patent relates to an algorithm."""

    claim: Whole = said("Number of the claim", "权利要求序号", unit="1", ge=1)
    algorithm: Line = said("Algorithm id", "算法标识", binding="agetech-algorithms")
    versions: Line = said("Range of versions", "版本范围")
    relation: Literal["reads_on", "may_read_on", "optional_step", "does_not_read"] = said("Relation", "关系", binding="agetech")
    argued_by: Line | None = said("Who argues so", "论证者", optional=True)


class PatentPledge(Document):
    """A patent and the terms on which the pool may use it."""

    name: ClassVar[str] = "patent-pledge"
    version: ClassVar[str] = "1.0.0"
    rules: ClassVar[dict[str, tuple[str, str]]] = {
        "term": ("expires is after effective", "失效日期晚于生效日期"),
        "cn-number": ("a Chinese application number has a right check digit", "中国专利申请号校验位须正确"),
        "royalty": ("a pledge with a fee states the royalty", "收费许可须说明费用"),
    }
    schema: Literal["https://schemas.agetech.example/patent-pledge/1"] = of("patent-pledge")
    schema_version: Annotated[str, Strict(), Field(pattern=r"^1\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)$")] = stamped("1.0.0")
    patent_no: Line = said("Number with office code and kind", "专利号（含国别与种类）", binding="st-16")
    application_no: Line | None = said("Application number", "申请号", optional=True, binding="st-13")
    jurisdiction: Annotated[str, Strict(), Field(pattern=r"^[A-Z]{2}$")] = said("Office", "受理局代码", binding="st-3")
    patent_type: Literal["invention", "utility_model", "design", "unknown"] = said(
        "Kind of right", "专利类型", default="unknown", binding="agetech"
    )
    title: Line = said("Title", "名称")
    holder: Reference = said("Holder", "权利人")
    legal_status: Literal["pending", "granted", "expired", "lapsed", "revoked", "withdrawn", "refused", "unknown"] = said(
        "Legal status", "法律状态", binding="cyclonedx-patent-status"
    )
    status_as_of: Day = said("Day the status was looked up", "状态查询日期")
    status_source: Line = said("Where it was looked up", "状态来源")
    pledge: Literal[
        "royalty_free", "royalty_free_reciprocal", "frand", "open_licence_CN", "fee_based", "non_assert", "conditional", "none"
    ] = said("Terms", "许可方式", binding="agetech-pledges")
    royalty: Royalty | None = said("Royalty", "许可费", optional=True)
    scope: Prose = said("Scope", "许可范围")
    territory: tuple[Annotated[str, Strict(), Field(pattern=r"^[A-Z]{2}$")], ...] | None = said(
        "Territory", "地域", optional=True, binding="st-3"
    )
    fields_of_use: tuple[Line, ...] | None = said("Fields of use", "使用领域", optional=True)
    sublicensable: Flag | None = said("May be sublicensed", "可否再许可", optional=True)
    defensive_termination: Flag = said("Ends for who sues", "是否防御性终止")
    irrevocable: Flag = said("Cannot be withdrawn", "是否不可撤销")
    effective: Day = said("From", "生效日期")
    expires: Day | None = said("Until", "失效日期", optional=True)
    withdrawn: Day | None = said("Withdrawn on", "撤回日期", optional=True)
    user_must: Literal["nothing", "attribute", "notify", "notify_and_pay", "ask"] = said(
        "What the user must do", "使用者义务", default="ask", binding="agetech"
    )
    document: Attachment = said("The signed text", "签署文本")
    covers: tuple[Reference, ...] | None = said("Algorithm cards and devices covered", "覆盖的算法与设备", optional=True)
    claims: tuple[Claim, ...] | None = said("Claims and algorithms", "权利要求与算法对应", optional=True)
    contributor_signature: Attachment | None = said("Signature", "签名", optional=True)
    fictitious: Flag | None = said("True for an invented example", "是否虚构示例", optional=True)
    previous_sha256: Sha256 | None = said("Digest of the record before in the ledger", "台账前一记录摘要", optional=True)

    @model_validator(mode="after")
    def _rules(self) -> Self:
        if self.expires is not None and self.expires <= self.effective:
            raise Broken("term", "expires", "after effective")
        if self.application_no is not None and self.jurisdiction == "CN" and not cn_number(self.application_no):
            raise Broken("cn-number", "application_no", "12 digits and check digit")
        if self.pledge == "fee_based" and self.royalty is None:
            raise Broken("royalty", "royalty", "the royalty")
        return self


_CN_DIGITS = 12


def cn_number(text: str) -> bool:
    """Return True for a Chinese application number since 2003: 12 digits, a point, a check digit or X.

    The check is the weighted sum of the 12 digits (weights 2 to 9, then 2 to 5) modulo 11; 10 is written X (ZC 0006-2003).
    """
    digits, _, check = text.removeprefix("CN").removeprefix("ZL").partition(".")
    if not digits.isascii() or not digits.isdigit() or len(digits) != _CN_DIGITS or len(check) != 1:
        return False
    total = sum(int(d) * w for d, w in zip(digits, (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5), strict=True))
    return check == "0123456789X"[total % 11]


class StandardMet(Model):
    """A standard and whether it is met."""

    standard: Line = said("Number with year", "标准号（含年代号）", binding="standards")
    clause: Line | None = said("Clause", "条款", optional=True)
    met: Literal["met", "partly", "not_met", "not_assessed"] = said("Met", "符合情况", binding="agetech")
    evidence: Attachment | None = said("Report", "证明文件", optional=True)


class Lacking(Model):
    """Something a scheme asks for that is not there yet."""

    what: Line = said("What is missing", "缺少事项")
    needed_for: Token = said("Scheme that needs it", "要求该事项的体系", binding="agetech-certification-schemes")
    due: Day | None = said("By when", "期限", optional=True)
    blocking: Flag = said("Stops the certification", "是否阻碍认证")


class CertificationRecord(Document):
    """A listing or certificate of a device, a piece of software or an algorithm."""

    name: ClassVar[str] = "certification-record"
    version: ClassVar[str] = "1.0.0"
    rules: ClassVar[dict[str, tuple[str, str]]] = {
        "term": ("valid_until is after issued", "有效期晚于颁发日期"),
        "issued": ("a valid certificate has its day and number", "有效证书须有颁发日期与编号"),
        "category": ("a catalogue listing states its class", "目录列名须注明类别"),
    }
    schema: Literal["https://schemas.agetech.example/certification-record/1"] = of("certification-record")
    schema_version: Annotated[str, Strict(), Field(pattern=r"^1\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)$")] = stamped("1.0.0")
    scheme: Token = said("Scheme", "认证或目录体系", binding="agetech-certification-schemes")
    edition: Line = said("Edition of the scheme", "体系版次")
    holder: Reference = said("Holder", "持有人")
    subject: Reference = said("What is certified", "认证对象")
    number: Line | None = said("Number", "编号", optional=True)
    category: Coding | None = said(
        "Class in the catalogue, with edition", "目录类别及版次", optional=True, binding="smart-elderly-catalogue"
    )
    status: Literal["planned", "applied", "valid", "suspended", "withdrawn", "expired", "refused"] = said(
        "Status", "状态", binding="agetech"
    )
    issued: Day | None = said("Issued", "颁发日期", optional=True)
    valid_until: Day | None = said("Valid until", "有效期至", optional=True)
    issuer: Reference | None = said("Issuer", "颁发机构", optional=True)
    standards: tuple[StandardMet, ...] = said("Standards", "符合的标准", default=())
    lacking: tuple[Lacking, ...] = said("What is still missing", "尚缺事项", default=())
    evidence: tuple[Attachment, ...] | None = said("Papers", "证明文件", optional=True)
    scope: Prose | None = said("Scope", "范围", optional=True)

    @model_validator(mode="after")
    def _rules(self) -> Self:
        if self.valid_until is not None and self.issued is not None and self.valid_until <= self.issued:
            raise Broken("term", "valid_until", "after issued")
        if self.status == "valid" and (self.issued is None or self.number is None):
            raise Broken("issued", "issued", "day and number")
        if self.scheme in ("smart_elderly_catalogue", "shanghai_catalogue") and self.category is None:
            raise Broken("category", "category", "the class")
        return self

    def is_valid(self, on: str) -> bool:
        """Return True where the certificate is in force on the day `on` (YYYY-MM-DD)."""
        return (
            self.status == "valid"
            and self.issued is not None
            and self.issued <= on
            and (self.valid_until is None or on <= self.valid_until)
        )
