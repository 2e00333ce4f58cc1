"""The records of the ledger: patent card, licence card, disclosure, withdrawal; each in an envelope that chains it to the one before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, Strict

from agetech.schemas.kinds import Day, Flag, Line, Natural, Prose, Sha256, Whole
from agetech.schemas.meaning import said
from agetech.schemas.model import Model

FORM = "pool-record/1"
NOTHING = "0" * 64  # stands before the first record
Kind = Literal["patent", "licence", "disclosure", "withdrawal"]
Relation = Literal["reads_on", "may_read_on", "optional_step", "does_not_read"]
Terms = Literal["art50_open", "fee_based", "free_grant", "non_assertion", "conditional"]
Legal = Literal["pending", "granted", "withdrawn", "refused", "abandoned", "lapsed", "revoked", "invalidated", "expired"]
Territory = Annotated[str, Strict(), Field(pattern=r"^[A-Z]{2}$")]
Money = Annotated[str, Strict(), Field(pattern=r"^(0|[1-9][0-9]{0,11})(\.[0-9]{1,4})?$")]
RecordId = Annotated[str, Strict(), Field(pattern=r"^R-[0-9]{6}$")]


class Told(Model):
    """The same in English and Chinese."""

    en: Prose = said("English", "英文")
    zh: Prose = said("Chinese", "中文")


class Party(Model):
    """A firm or body; no private person's data belongs here."""

    name: Line = said("Name", "名称")
    credit_code: Line | None = said("Unified social credit code", "统一社会信用代码", optional=True)


class Proof(Model):
    """A paper kept elsewhere, by digest."""

    what: Line = said("What it is", "名称")
    sha256: Sha256 = said("Digest of its bytes", "内容摘要")
    where: Line | None = said("Where it is kept", "存放处", optional=True)


class Reading(Model):
    """How one claim relates to the versions of one algorithm, and who argues so."""

    claim: Whole = said("Number of the claim", "权利要求序号", unit="1", ge=1)
    independent: Flag = said("Independent claim", "是否独立权利要求")
    algorithm: Line = said("Algorithm or instrument id", "算法或量表标识")
    versions: Line = said("Range of versions", "版本范围")
    relation: Relation = said("Relation", "关系")
    argued_by: Line = said("Who argues so", "论证者")
    argued_on: Day = said("When", "论证日期")


class PatentCard(Model):
    """A patent or application: facts as looked up on a day, and the algorithms that its claims are mapped to.

    expires: the first day on which it is no longer in force by lapse of time. ended: the day on which it ended otherwise.
    """

    number: Line = said("Number with office code", "专利号（含国别）")
    jurisdiction: Territory = said("Office, ST.3", "受理局代码（ST.3）")
    right: Literal["invention", "utility_model", "design"] = said("Kind of right", "专利类型")
    title: Told = said("Title", "名称")
    holder: Party = said("Holder", "权利人")
    family: Line | None = said("Family", "同族", optional=True)
    priority: Day | None = said("Priority date", "优先权日", optional=True)
    filing: Day = said("Filing date", "申请日")
    grant: Day | None = said("Grant date", "授权公告日", optional=True)
    expires: Day | None = said("First day after the term", "期满终止日", optional=True)
    extension_days: Natural | None = said("Term compensation granted", "专利权期限补偿天数", optional=True, unit="d")
    ended: Day | None = said("Day on which it ended before its term", "提前终止日", optional=True)
    validated: tuple[Territory, ...] | None = said("States in which a European patent is validated", "欧洲专利生效国", optional=True)
    legal_status: Legal = said("Legal status when looked up", "查询时的法律状态")
    status_checked: Day = said("Day of the look-up", "法律状态查询日")
    status_source: Line = said("Where it was looked up", "法律状态来源")
    claims: tuple[Reading, ...] = said("Claims and algorithms", "权利要求与算法对应", min_length=1)


class Royalty(Model):
    """What a licence costs; an open licence may cost nothing."""

    amount: Money = said("Amount", "金额")
    currency: Annotated[str, Strict(), Field(pattern=r"^[A-Z]{3}$")] = said("Currency", "币种")
    basis: Told = said("Basis: a unit, a year ...", "计费依据")
    payment: Told = said("How and when it is paid", "支付方式")


class Scope(Model):
    """An algorithm and its versions that a licence is limited to."""

    algorithm: Line = said("Algorithm or instrument id", "算法或量表标识")
    versions: Line = said("Range of versions", "版本范围")


class LicenceCard(Model):
    """The terms on which patents, algorithms or instruments may be used."""

    terms: Terms = said("Kind of licence", "许可类型")
    licensor: Party = said("Who grants it", "许可人")
    patents: tuple[Line, ...] = said("Patents licensed", "许可的专利", min_length=1)
    scope: tuple[Scope, ...] | None = said("Limited to these algorithms", "限于下列算法", optional=True)
    territory: tuple[Territory, ...] | None = said("Limited to these territories", "限于下列地域", optional=True)
    field_of_use: Told | None = said("Limited to this field of use", "限于此使用领域", optional=True)
    begins: Day = said("First day", "起始日")
    until: Day | None = said("First day after it", "终止日", optional=True)
    royalty: Royalty | None = said("Royalty", "许可费", optional=True)
    announcement: Line | None = said("Number of the office's announcement", "开放许可公告号", optional=True)
    announced: Day | None = said("Day of the announcement", "公告日", optional=True)
    evaluation_report: Line | None = said("Patent evaluation report", "专利权评价报告", optional=True)
    condition: Told | None = said("Condition", "条件", optional=True)
    attribution: Told | None = said("Attribution that is asked for", "署名要求", optional=True)
    exclusive: Flag = said("Exclusive or sole", "独占或排他", default=False)
    irrevocable: Flag = said("Cannot be withdrawn", "是否不可撤销", default=False)
    sublicensable: Flag = said("May be sublicensed", "可否再许可", default=False)
    defensive_termination: Flag = said("Ends for who sues", "是否防御性终止", default=False)
    text: Proof = said("The text of the licence", "许可文本")


class Disclosure(Model):
    """What somebody says about an algorithm: a claim of a third party, prior art, or a patent whose terms are not known."""

    about: Literal["third_party_claim", "prior_art", "undisclosed_terms"] = said("What is disclosed", "披露内容")
    by: Party = said("Who discloses", "披露人")
    text: Told = said("What is said", "说明")
    patents: tuple[Line, ...] | None = said("Patents it is about", "涉及的专利", optional=True)
    concerns: tuple[Scope, ...] = said("Algorithms it is about", "涉及的算法", min_length=1)


class Withdrawal(Model):
    """A licence or disclosure taken back from a day on."""

    record: RecordId = said("Record that is withdrawn", "被撤回的记录")
    effective: Day = said("First day on which it no longer holds", "撤回生效日")
    existing: Literal["keep", "end"] = said("What becomes of licences granted before", "对已生效许可的影响")
    reason: Told = said("Reason", "理由")


class Record(Model):
    """One entry of the ledger. `previous` is the digest of the entry before, `digest` that of this one without itself."""

    form: Literal["pool-record/1"] = said("Form of the record", "记录格式")
    id: RecordId = said("Its place in the ledger", "台账序号")
    kind: Kind = said("Kind", "种类")
    recorded: Day = said("Day on which it was entered", "登记日期")
    submitted_by: Party = said("Who submitted it", "提交人")
    fictitious: Flag = said("True for an invented example", "是否虚构示例")
    supersedes: RecordId | None = said("Record that it replaces", "取代的记录", optional=True)
    patent: PatentCard | None = said("Patent card", "专利卡", optional=True)
    licence: LicenceCard | None = said("Licence card", "许可卡", optional=True)
    disclosure: Disclosure | None = said("Disclosure", "披露", optional=True)
    withdrawal: Withdrawal | None = said("Withdrawal", "撤回", optional=True)
    evidence: tuple[Proof, ...] | None = said("Papers", "证明材料", optional=True)
    previous: Sha256 = said("Digest of the record before", "前一记录摘要")
    digest: Sha256 = said("Digest of this record", "本记录摘要")


def canonical(content: Mapping[str, Any]) -> bytes:
    """Return the one text of a record's content without its digest: RFC 8785, as there are no fractions and all keys are ASCII."""
    rest = {name: value for name, value in content.items() if name != "digest"}
    return json.dumps(rest, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def digest_of(content: Mapping[str, Any]) -> str:
    """Return the SHA-256 of the canonical text as 64 hexadecimal digits."""
    return hashlib.sha256(canonical(content)).hexdigest()


def file_text(content: Mapping[str, Any]) -> str:
    """Return the one text of a record's file."""
    return json.dumps(content, sort_keys=True, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
