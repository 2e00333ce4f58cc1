"""Conformance report: which case an implementation passed, who watched, under which limits."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, Strict, model_validator

from agetech.schemas.kinds import At, Flag, Json, Line, Natural, Number, Prose, Sha256, Token, Version
from agetech.schemas.meaning import said
from agetech.schemas.model import Broken, Model
from agetech.schemas.v1.datatypes import Attachment, Document, of, stamped

Verdict = Literal[
    "pass", "fail", "crash", "timeout", "resource", "protocol_error", "flaky", "unsupported_claimed", "not_claimed", "skipped_waiver",
    "acceptable",
]  # fmt: skip
GOOD = frozenset({"pass", "acceptable", "not_claimed", "skipped_waiver"})


class Implementation(Model):
    """What was tested."""

    name: Line = said("Name", "名称")
    version: Line = said("Version", "版本")
    maker: Line | None = said("Maker", "研制者", optional=True)
    language: Line | None = said("Programming language", "编程语言", optional=True)
    sha256: Sha256 | None = said("Digest of the binary", "程序摘要", optional=True)
    command_sha256: Sha256 | None = said("Digest of the command line", "命令行摘要", optional=True)


class Kit(Model):
    """What it was tested with."""

    protocol: Line = said("Protocol", "协议")
    version: Line = said("Version of the kit", "工具版本")
    sha256: Sha256 | None = said("Digest of the kit", "工具摘要", optional=True)
    suite: Line = said("Suite", "测试集")
    suite_version: Version = said("Version of the suite", "测试集版本")
    vectors_sha256: Sha256 | None = said("Digest of the vectors", "测试向量摘要", optional=True)


class CaseResult(Model):
    """One case."""

    id: Line = said("Opaque id of the case", "用例标识")
    profile: Line = said("Profile it belongs to", "所属配置")
    level: Literal["must", "should", "may"] = said("Level of the requirement", "要求等级", binding="agetech")
    verdict: Verdict = said("Verdict", "判定", binding="agetech-verdicts")
    requirements: tuple[Line, ...] | None = said("Requirements it tests", "对应要求", optional=True)
    tolerance: Token | None = said("Tolerance class", "容差等级", optional=True, binding="agetech-tolerances")
    worst: Number | None = said("Worst error in units of the tolerance", "最大误差（以容差计）", optional=True, unit="1")
    wall: Number | None = said("Time", "用时", optional=True, unit="ms")
    observed: Prose | None = said("What came", "实际结果", optional=True)
    stderr_sha256: Sha256 | None = said("Digest of what it wrote to stderr", "标准错误输出摘要", optional=True)


class ProfileResult(Model):
    """One profile in all."""

    profile: Line = said("Profile", "配置")
    required: Natural = said("Cases required", "须通过用例数", unit="{count}")
    counts: dict[Verdict, Natural] = said("Cases by verdict", "按判定计数", unit="{count}", binding="agetech-verdicts")
    conforms: Flag = said("All required cases pass", "是否符合")


class RequirementResult(Model):
    """One numbered requirement."""

    id: Line = said("Requirement", "要求编号")
    tested: Flag = said("It has a case", "是否有用例")
    verdict: Verdict | None = said("Verdict", "判定", optional=True, binding="agetech-verdicts")
    reason: Line | None = said("Why it is not tested", "未测原因", optional=True)


class ConformanceReport(Document):
    """The report of one run of the kit."""

    name: ClassVar[str] = "conformance-report"
    version: ClassVar[str] = "1.0.0"
    rules: ClassVar[dict[str, tuple[str, str]]] = {
        "summary": ("summary counts the results by verdict", "summary 等于各判定的计数"),
        "profile-counts": (
            "a profile's counts are those of its cases, and it conforms when no required case fails",
            "各配置的计数与用例一致；须通过用例无失败方为符合",
        ),
        "level": ("level core or full needs every must of the results to hold", "达到 core 或 full 须全部 must 用例成立"),
    }
    schema: Literal["https://schemas.agetech.example/conformance-report/1"] = of("conformance-report")
    schema_version: Annotated[str, Strict(), Field(pattern=r"^1\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)$")] = stamped("1.0.0")
    implementation: Implementation = said("What was tested", "被测实现")
    kit: Kit = said("With what", "测试工具")
    algorithm: Line = said("Algorithm (id@version)", "算法（标识@版本）", binding="agetech-algorithms")
    seed: Line | None = said("Seed, given after the claim", "声明后给出的种子", optional=True)
    started: At = said("Start", "开始时间")
    finished: At = said("End", "结束时间")
    environment: dict[Line, Json] = said("Machine, limits, isolation", "环境、限制与隔离")
    claims: tuple[Line, ...] = said("Profiles claimed", "声明的配置")
    profiles: tuple[ProfileResult, ...] = said("Results by profile", "各配置结果")
    requirements: tuple[RequirementResult, ...] = said("Results by requirement", "各要求结果", default=())
    results: tuple[CaseResult, ...] = said("Results by case", "各用例结果")
    metamorphic: dict[Line, Verdict] | None = said("Metamorphic checks", "蜕变检查", optional=True, binding="agetech-verdicts")
    summary: dict[Verdict, Natural] = said("Cases by verdict", "按判定计数", unit="{count}", binding="agetech-verdicts")
    level: Literal["none", "core", "full"] = said("Level reached", "达到的等级", binding="agetech")
    witnessed: Flag = said("The kit drove the implementation itself", "是否由工具直接驱动")
    witness: Literal["self", "operator"] = said("Who ran it", "执行方", binding="agetech")
    digest: Sha256 | None = said(
        "Digest of the canonical report without digest and signatures", "规范化报告摘要（不含摘要与签名）", optional=True
    )
    signatures: tuple[Attachment, ...] | None = said("Signatures", "签名", optional=True)

    @model_validator(mode="after")
    def _rules(self) -> Self:
        if Counter({k: v for k, v in self.summary.items() if v}) != Counter(r.verdict for r in self.results):
            raise Broken("summary", "summary", "the counts of results")
        for n, profile in enumerate(self.profiles):
            own = [r for r in self.results if r.profile == profile.profile]
            held = Counter({k: v for k, v in profile.counts.items() if v}) == Counter(r.verdict for r in own)
            fine = all(r.verdict in GOOD for r in own if r.level == "must")
            if not held or (profile.conforms and not fine):
                raise Broken("profile-counts", f"profiles/{n}", "the counts of its cases")
        if self.level != "none" and any(r.level == "must" and r.verdict not in GOOD for r in self.results):
            raise Broken("level", "level", "none")
        return self
