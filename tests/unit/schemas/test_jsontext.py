import random
from decimal import Decimal

import pytest

from agetech.errors import ExchangeError, SchemaError
from agetech.exchange import jsonio
from agetech.schemas import jsontext
from agetech.schemas.jsontext import Limits, dumps, loads


@pytest.mark.parametrize(
    ("text", "code", "path"),
    [
        ('{"a":{"b":1,"b":2}}', "E_JSON_DUPLICATE", "/a/b"),
        ('{"a":[1,NaN]}', "E_JSON_NUMBER", "/a/1"),
        ("[-Infinity]", "E_JSON_NUMBER", "/0"),
        ('{"a":["\\ud800"]}', "E_JSON_TEXT", "/a/0"),
        ('{"a":"\\udc00\\ud800"}', "E_JSON_TEXT", "/a"),
        ("[" * 65 + "]" * 65, "E_JSON_DEPTH", "/0" * 64),
        ('{"a":' * 70 + "1" + "}" * 70, "E_JSON_DEPTH", "/a" * 64),
        ('["' + "}" * 80 + '",' + "[" * 70 + "]" * 70 + "]", "E_JSON_DEPTH", "/1" + "/0" * 63),
        ("[1,]", "E_JSON", "/1"),
        ('{"a" 1}', "E_JSON", "/a"),
        ("", "E_JSON", ""),
        ("01", "E_JSON", ""),
        ('"\x01"', "E_JSON", ""),
        ("[" + "9" * 5000 + "]", "E_JSON_NUMBER", "/0"),
        ('{"x":[0,1e99999999999999999999]}', "E_JSON_NUMBER", "/x/1"),
        (b'{"a":"\xff"}', "E_JSON_TEXT", ""),
    ],
)
def test_what_is_doubtful_is_refused_with_its_place(text, code, path):
    for reader, error in ((loads, SchemaError), (jsonio.loads, ExchangeError)):
        with pytest.raises(error) as caught:
            reader(text)
        assert (caught.value.code, caught.value.path) == (code, path)


@pytest.mark.parametrize(
    "text", ["1.00", "1E-22", "-0", "-0.0", "0.001530", "1.000000000000000000E-245", "-1.000000000000000000E+245", "7"]
)
def test_numbers_keep_every_digit(text):
    assert dumps(loads(f"[{text}]")) == f"[{text}]"


def test_exponents_keep_digits_and_value_in_another_spelling():
    assert loads("6.022e23").as_tuple() == Decimal("6.022E+23").as_tuple()
    assert dumps(loads("6.022e23")) == "6.022E+23"


def test_strings_full_of_brackets_and_quotes_are_not_depth():
    text = dumps({"a": '[[{"' * 500, "b": ["\\" * 3 + '"'] * 100})
    assert loads(text) == {"a": '[[{"' * 500, "b": ["\\" * 3 + '"'] * 100}


def test_a_byte_order_mark_is_accepted_and_sizes_are_limited():
    assert loads(b"\xef\xbb\xbf[1]") == [1]
    with pytest.raises(SchemaError) as caught:
        loads("[1,2,3]", limits=Limits(size=5))
    assert caught.value.code == "E_JSON_SIZE"


def test_unknown_keys_that_look_like_a_persons_data_do_not_stand_in_a_path():
    with pytest.raises(SchemaError) as caught:
        loads('{"张三 13800138000":{"a":NaN}}')
    assert caught.value.path == "/?/a"


def test_writing_refuses_what_json_cannot_hold():
    for value in (float("nan"), Decimal("NaN"), {1, 2}, b"x"):
        with pytest.raises(SchemaError):
            dumps([value])


def test_writing_and_reading_agree_with_the_standard_library():
    import json

    r = random.Random(4)
    letters = 'a"\\\n\t\x01é中𠀀/'
    for _ in range(300):
        value = {"".join(r.choices(letters, k=3)): ["".join(r.choices(letters, k=5)), r.randint(-9, 9), None, True] for _ in range(3)}
        assert json.loads(dumps(value)) == value == loads(json.dumps(value))


def test_junk_raises_only_the_declared_error():
    r = random.Random(5)
    seed = b'{"schema":"x","a":[1.0,2e3,"\\u00e9",{"b":null,"c":[true,false]}]}'
    for _ in range(3000):
        raw = bytearray(seed)
        for _ in range(r.randint(1, 6)):
            at = r.randrange(len(raw))
            raw[at : at + r.randint(0, 2)] = bytes(r.choices(range(256), k=r.randint(0, 3)))
        try:
            loads(bytes(raw))
        except SchemaError:
            continue


def test_a_long_row_of_digits_is_seen_wherever_it_stands():
    r = random.Random(4)
    for _ in range(400):
        most = r.choice((3, 20, 99, 101, 150, 1000))
        count = most + r.randint(-3, 3)
        text = "x" * r.randint(0, 130) + "7" * count + "x1" * r.randint(0, 130)
        assert jsontext._long_digits(text.encode(), most) == (count >= most), (most, count)


def test_items_are_as_deep_as_loads_allows_and_no_deeper():
    limits = jsontext.Limits(depth=6)
    for depth in range(1, 9):
        text = "[1," + "[" * depth + "]" * depth + ',{"a":"[[[[[[[["}]'
        if depth < 6:
            assert list(jsontext.items(text, limits=limits)) == jsontext.loads(text, limits=limits)
        else:
            with pytest.raises(SchemaError) as caught:
                list(jsontext.items(text, limits=limits))
            assert caught.value.code == "E_JSON_DEPTH"
