"""Algorithm card and dataset card: what an algorithm is for, what it was shown to do, on whom; where its data came from."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, Strict, model_validator

from agetech.schemas.kinds import Day, Flag, Json, Line, Natural, Number, Positive, Prose, Sha256, Share, Token, Uri, Version
from agetech.schemas.meaning import said
from agetech.schemas.model import Broken, Model
from agetech.schemas.v1.datatypes import Attachment, Document, Quantity, Range, Reference, of, stamped


class Told(Model):
    """The same in English and Chinese."""

    en: Prose = said("English", "英文")
    zh: Prose = said("Chinese", "中文")


class Citation(Model):
    """A source."""

    text: Prose = said("Citation", "引文")
    doi: Annotated[str, Strict(), Field(pattern=r"^10\.[0-9]{4,9}/\S+$")] | None = said("DOI", "DOI", optional=True, binding="doi")
    uri: Uri | None = said("Address", "地址", optional=True)
    status: Literal["read", "from memory", "not seen"] = said("Was it read", "是否读过原文", binding="agetech")


class InputSpec(Model):
    """An input the algorithm takes."""

    name: Token = said("Name", "名称")
    unit: Line = said("Unit", "单位", binding="ucum")
    columns: tuple[Token, ...] | None = said("Columns", "列", optional=True)
    kind: Literal["uniform", "series", "items"] = said(
        "Evenly sampled, one row an event, or items of an instrument", "等间隔、逐事件或量表条目", binding="agetech"
    )
    rates: tuple[Number, ...] | None = said("Lowest and highest rate", "采样率范围", optional=True, unit="Hz")
    placement: tuple[Token, ...] | None = said("Places allowed", "允许的佩戴位置", optional=True, binding="agetech-body-sites")
    meaning: Told = said("Meaning", "含义")


class OutputSpec(Model):
    """A field of the result."""

    name: Token = said("Name", "名称")
    unit: Line = said("Unit", "单位", binding="ucum")
    meaning: Told = said("Meaning", "含义")
    range: Range | None = said("Range", "范围", optional=True, unit="any")


class ParameterSpec(Model):
    """A parameter with its default, its bounds and where the value comes from."""

    name: Line = said("Name", "名称")
    unit: Line | None = said("Unit", "单位", optional=True, binding="ucum")
    default: Json = said("Default; absent where one must be given", "默认值；必填参数则无", optional=True, unit="any")
    least: Number | None = said("Lowest value", "最小值", optional=True, unit="any")
    most: Number | None = said("Highest value", "最大值", optional=True, unit="any")
    choices: tuple[Line, ...] | None = said("Values allowed", "可选值", optional=True)
    meaning: Told = said("Meaning", "含义")
    source: Line | None = said("Source of the value", "取值来源", optional=True)


class Evidence(Model):
    """One figure on one data set and slice, copied from a result file by digest."""

    rules: ClassVar[dict[str, tuple[str, str]]] = {
        "figure-or-reason": ("a figure with its result file, or the reason why there is none", "有数值须注明结果文件，否则说明原因"),
        "interval": ("the interval holds the value", "区间须包含数值"),
    }
    dataset: Line = said("Data set (id@version)", "数据集（标识@版本）")
    slice: Line = said("Slice: all, an age band, a device ...", "分层：全部、年龄段、设备等")
    metric: Token = said("Metric", "指标", binding="agetech-metrics")
    unit: Line = said("Unit", "单位", binding="ucum")
    value: Number | None = said("Value", "数值", optional=True, unit="any")
    low: Number | None = said("Lower end of the 95 % interval", "95% 区间下限", optional=True, unit="any")
    high: Number | None = said("Upper end of the 95 % interval", "95% 区间上限", optional=True, unit="any")
    people: Natural | None = said("Persons", "人数", optional=True, unit="{count}")
    cases: Natural | None = said("Events or records", "事件或记录数", optional=True, unit="{count}")
    hours: Positive | None = said("Hours of data", "数据时长", optional=True, unit="h")
    protocol: Line | None = said("How it was measured", "测量方案", optional=True)
    split: Literal["person", "record", "site", "none"] | None = said(
        "What was left out together", "划分单位", optional=True, binding="agetech"
    )
    external: Flag | None = said("Data of others than those it was tuned on", "是否外部数据", optional=True)
    result_sha256: Sha256 | None = said("Digest of the result file", "结果文件摘要", optional=True)
    reason: Line | None = said("Why there is no figure", "无数值的原因", optional=True)

    @model_validator(mode="after")
    def _rules(self) -> Self:
        if (self.value is None) == (self.reason is None) or (self.value is not None and self.result_sha256 is None):
            raise Broken("figure-or-reason", "value", "a figure with result_sha256, or a reason")
        if self.value is not None and (
            (self.low is not None and self.low > self.value) or (self.high is not None and self.high < self.value)
        ):
            raise Broken("interval", "low", "low <= value <= high")
        return self


class FailureMode(Model):
    """How it can go wrong, in the shape of a hazard."""

    hazard: Prose = said("Hazard", "危害")
    cause: Prose = said("Cause", "原因")
    effect: Prose = said("Effect on a person", "对人的影响")
    severity: Literal["negligible", "minor", "serious", "critical", "unknown"] = said("Severity", "严重程度", binding="agetech")
    detection: Prose | None = said("How it is noticed", "发现方式", optional=True)
    mitigation: Prose | None = said("What is done about it", "缓解措施", optional=True)


class Robustness(Model):
    """What one injected fault did."""

    fault: Annotated[str, Strict(), Field(pattern=r"^F[0-9]{2,3}$")] = said("Fault id", "故障编号", binding="agetech-faults")
    observed: Line = said("Observed behaviour", "观察到的行为")
    passed: Flag = said("As declared", "是否符合声明")


class AlgorithmCard(Document):
    """The card of one algorithm or instrument at one version."""

    name: ClassVar[str] = "algorithm-card"
    version: ClassVar[str] = "1.0.0"
    rules: ClassVar[dict[str, tuple[str, str]]] = {
        "status-evidence": ("a stable algorithm has a measured figure", "稳定状态须至少有一项实测数值")
    }
    schema: Literal["https://schemas.agetech.example/algorithm-card/1"] = of("algorithm-card")
    schema_version: Annotated[str, Strict(), Field(pattern=r"^1\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)$")] = stamped("1.0.0")
    algorithm_id: Line = said("Algorithm or instrument id", "算法或量表标识", binding="agetech-algorithms")
    algorithm_version: Version = said("Its version", "版本")
    specification: Line | None = said("Specification and its version", "规范及版本", optional=True)
    function: Line = said("Python name of the public function", "公开函数的 Python 名称")
    title: Told = said("Title", "名称")
    summary: Told = said("Summary", "概要")
    task: Literal["detection", "estimation", "classification", "scoring", "forecast"] = said("Task", "任务", binding="agetech")
    status: Literal["experimental", "candidate", "stable", "withdrawn"] = said("Status", "状态", binding="agetech")
    since: Day | None = said("Status since", "状态起始日期", optional=True)
    owners: tuple[Line, ...] = said("Who keeps it", "维护者", min_length=1)
    intended_use: Told = said("Intended use", "预期用途")
    not_for: Told = said("What it is not for", "不适用于")
    users: Told | None = said("Users", "使用者", optional=True)
    population: Told = said("Population it was made and tested on", "适用与验证人群")
    inputs: tuple[InputSpec, ...] = said("Inputs", "输入", min_length=1)
    outputs: tuple[OutputSpec, ...] = said("Outputs", "输出", min_length=1)
    parameters: tuple[ParameterSpec, ...] = said("Parameters", "参数")
    abstains_when: Told | None = said("When it gives no answer", "何时不作答", optional=True)
    references: tuple[Citation, ...] = said("Sources", "参考文献", min_length=1)
    evidence: tuple[Evidence, ...] = said("Figures", "证据数值")
    failure_modes: tuple[FailureMode, ...] = said("How it can fail", "失效模式")
    robustness: tuple[Robustness, ...] = said("Injected faults", "故障注入结果", default=())
    latency: Quantity | None = said("Declared latency", "声明的延迟", optional=True, unit="s")
    memory: Quantity | None = said("Memory of one stream", "单路流内存", optional=True, unit="By")
    determinism: Literal["bitwise", "tolerance"] = said("Same bits, or within a tolerance", "确定性等级", binding="agetech")
    patents: tuple[Reference, ...] = said("Patent pledges; an empty list is said, not forgotten", "专利承诺；空列表须明示")
    licence: Line = said("SPDX licence expression", "许可表达式", binding="spdx")
    licences_of_content: tuple[Line, ...] | None = said("Licences of data or wording it needs", "所需数据或文本的许可", optional=True)
    conformance_profile: Line | None = said("Conformance profile", "符合性配置", optional=True)
    conformance_sha256: Sha256 | None = said("Digest of the conformance report", "符合性报告摘要", optional=True)
    vectors_sha256: Sha256 | None = said("Digest of the vectors", "测试向量摘要", optional=True)
    empty_cells: Natural | None = said("Cells without a figure", "无数值单元数", optional=True, unit="{count}")

    @model_validator(mode="after")
    def _rules(self) -> Self:
        if self.status == "stable" and not any(e.value is not None for e in self.evidence):
            raise Broken("status-evidence", "evidence", "a measured figure")
        return self


class LabelSpec(Model):
    """A label of a data set."""

    name: Line = said("Label", "标签")
    meaning: Told = said("Meaning", "含义")
    annotator: Line | None = said("Who labelled", "标注者", optional=True)


class Split(Model):
    """A division of persons."""

    name: Token = said("Name", "名称")
    people: Natural = said("Persons", "人数", unit="{count}")
    ids_sha256: Sha256 = said("Digest of the sorted pseudonyms", "假名排序后的摘要")


class DatasetCard(Document):
    """The card of a data set."""

    name: ClassVar[str] = "dataset-card"
    version: ClassVar[str] = "1.0.0"
    rules: ClassVar[dict[str, tuple[str, str]]] = {"split-people": ("splits hold no more persons than there are", "划分人数不得超过总人数")}
    schema: Literal["https://schemas.agetech.example/dataset-card/1"] = of("dataset-card")
    schema_version: Annotated[str, Strict(), Field(pattern=r"^1\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)$")] = stamped("1.0.0")
    dataset: Line = said("Name", "名称")
    dataset_version: Line = said("Version", "版本")
    licence: Line = said("SPDX expression, or the words of the licence", "许可", binding="spdx")
    source: Uri = said("Where it comes from", "来源")
    doi: Line | None = said("DOI", "DOI", optional=True, binding="doi")
    subjects: Natural = said("Persons", "人数", unit="{count}")
    age: Range | None = said("Ages", "年龄范围", optional=True, unit="a")
    older_share: Share | None = said("Share aged 60 and over", "60 岁及以上占比", optional=True, unit="1")
    sex_counts: dict[Token, Natural] | None = said(
        "Persons by sex", "按性别人数", optional=True, unit="{count}", binding="administrative-gender"
    )
    setting: Literal["lab", "simulated", "home", "hospital", "nursing_home", "mixed"] = said(
        "Where it was recorded", "采集场所", binding="agetech"
    )
    staged: Flag = said("The events were acted", "事件是否为模拟表演")
    devices: tuple[Reference, ...] | None = said("Devices", "设备", optional=True)
    recordings: Natural = said("Recordings", "记录数", unit="{count}")
    hours: Positive | None = said("Hours", "时长", optional=True, unit="h")
    labels: tuple[LabelSpec, ...] = said("Labels", "标签")
    splits: tuple[Split, ...] = said("Splits by person", "按人划分")
    files: tuple[Attachment, ...] = said("Files by digest", "文件及摘要")
    ethics: Prose | None = said("Ethics", "伦理", optional=True)
    personal_data: Literal["none", "anonymised", "pseudonymised", "identifiable"] = said("Personal data", "个人信息程度", binding="agetech")
    known_issues: tuple[Prose, ...] = said("Known issues", "已知问题")
    collected: Line | None = said("When it was collected", "采集时间", optional=True)

    @model_validator(mode="after")
    def _rules(self) -> Self:
        if any(s.people > self.subjects for s in self.splits):
            raise Broken("split-people", "splits", "at most subjects")
        return self
