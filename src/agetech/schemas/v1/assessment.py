"""Assessment result: the answers given, the scores they come to, and which instrument, edition and algorithm scored them."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, Strict, model_validator

from agetech.schemas.kinds import At, Flag, Line, Natural, Number, Prose, Token
from agetech.schemas.meaning import said
from agetech.schemas.model import Broken, Model
from agetech.schemas.v1.datatypes import Actor, Coding, DataAbsent, Document, Quantity, Reference, Value, of, stamped


class Instrument(Model):
    """The instrument, its edition and language, and what its licence allows."""

    id: Token = said("Instrument id", "量表标识", binding="agetech-instruments")
    edition: Line = said("Edition of the instrument's data file", "量表数据文件版次")
    language: Line = said("Language it was given in", "施测语言", binding="bcp-47")
    licence: Token | None = said("Licence class", "许可类别", optional=True, binding="agetech")
    codes: tuple[Coding, ...] | None = said("Codes of the instrument", "量表代码", optional=True, binding="observation-codes")


class ItemAnswer(Model):
    """The answer to one item, or why there is none."""

    rules: ClassVar[dict[str, tuple[str, str]]] = {"one-value": ("exactly one of answer and absent", "answer 与 absent 恰有其一")}
    item: Line = said("Neutral item id", "条目标识")
    answer: Value | None = said(
        "Answer", "作答", optional=True, label="sensitive", category="health", unit="any", binding="agetech-instruments"
    )
    points: Number | None = said("Points of the answer", "得分", optional=True, label="sensitive", category="health", unit="{score}")
    absent: DataAbsent | None = said("Why there is no answer", "缺失原因", optional=True)

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.answer is None) == (self.absent is None):
            raise Broken("one-value", "answer", "exactly one of answer and absent")
        return self


class Score(Model):
    """A total or a subscale."""

    rules: ClassVar[dict[str, tuple[str, str]]] = {
        "one-value": ("exactly one of value and absent", "value 与 absent 恰有其一"),
        "score-range": ("the value is between least and most", "分值在范围内"),
    }
    name: Token = said("Name: total or a subscale", "名称：总分或分量表")
    value: Number | None = said("Score", "分值", optional=True, label="sensitive", category="health", unit="{score}")
    absent: DataAbsent | None = said("Why it cannot be scored", "不可计分的原因", optional=True)
    lacking: tuple[Line, ...] | None = said("Items that lack", "缺少的条目", optional=True)
    least: Number | None = said("Lowest possible score", "最低可能分", optional=True, unit="{score}")
    most: Number | None = said("Highest possible score", "最高可能分", optional=True, unit="{score}")
    unit: Line | None = said("Unit of the score", "分值单位", optional=True, binding="ucum")
    codes: tuple[Coding, ...] | None = said("Codes, where verified", "已核实的代码", optional=True, binding="observation-codes")
    level: Token | None = said(
        "Band it falls into", "所属分级", optional=True, label="sensitive", category="health", binding="agetech-levels"
    )
    level_source: Line | None = said("Population and source of the band", "分级的人群与来源", optional=True)

    @model_validator(mode="after")
    def _rules(self) -> Self:
        if (self.value is None) == (self.absent is None):
            raise Broken("one-value", "value", "exactly one of value and absent")
        if self.value is not None and (
            (self.least is not None and self.value < self.least) or (self.most is not None and self.value > self.most)
        ):
            raise Broken("score-range", "value", "least to most")
        return self


class AssessmentResult(Document):
    """One sitting of one instrument."""

    name: ClassVar[str] = "assessment-result"
    version: ClassVar[str] = "1.0.0"
    rules: ClassVar[dict[str, tuple[str, str]]] = {
        "items-unique": ("an item is answered once", "条目不得重复"),
        "missing-count": ("missing_items counts the items without an answer", "missing_items 等于未作答条目数"),
        "scores-unique": ("a score stands once", "分值名称不得重复"),
    }
    schema: Literal["https://schemas.agetech.example/assessment-result/1"] = of("assessment-result")
    schema_version: Annotated[str, Strict(), Field(pattern=r"^1\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)$")] = stamped("1.0.0")
    subject: Reference = said("Person by pseudonym", "对象（假名）", label="quasi")
    instrument: Instrument = said("Instrument", "量表")
    performed_at: At = said("When", "施测时间", label="quasi")
    assessor: Actor = said("Who assessed, by role", "评估者（按角色）", label="quasi")
    mode: Literal["face_to_face", "phone", "video", "self", "device", "unknown"] = said("How", "施测方式", binding="agetech")
    items: tuple[ItemAnswer, ...] = said("Answers", "作答", label="sensitive", category="health")
    scores: tuple[Score, ...] = said("Scores", "分值", label="sensitive", category="health")
    missing_items: Natural = said("Items without an answer", "未作答条目数", unit="{count}")
    prorated: Flag = said("Missing items were prorated by the instrument's rule", "是否按量表规则折算缺失条目")
    level: Coding | None = said("Overall level", "总体分级", optional=True, label="sensitive", category="health", binding="agetech-levels")
    education_adjusted: Flag | None = said("Adjusted for schooling", "是否按受教育年限校正", optional=True)
    norm: Line | None = said("Norm used, with source", "采用的常模及来源", optional=True)
    algorithm: Line = said("Scoring engine (id@version)", "计分程序（标识@版本）", binding="agetech-algorithms")
    duration: Quantity | None = said("How long it took", "用时", optional=True, unit="s")
    notes: Prose | None = said("Words of the assessor", "评估者备注", optional=True, label="sensitive", category="health")

    @model_validator(mode="after")
    def _rules(self) -> Self:
        if len({i.item for i in self.items}) != len(self.items):
            raise Broken("items-unique", "items", "unique items")
        missing = sum(1 for i in self.items if i.answer is None)
        if missing != self.missing_items:
            raise Broken("missing-count", "missing_items", "the items without an answer")
        if len({s.name for s in self.scores}) != len(self.scores):
            raise Broken("scores-unique", "scores", "unique scores")
        return self


__all__ = ["AssessmentResult", "Instrument", "ItemAnswer", "Score"]
