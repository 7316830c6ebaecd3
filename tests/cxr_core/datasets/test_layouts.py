import pytest

from cxr_core.datasets.layouts import Original, read_dataset
from cxr_core.types import Case, Refusal

KERMANY = {
    "train/NORMAL/IM-0115-0001.jpeg": b"",
    "train/PNEUMONIA/person1_bacteria_1.jpeg": b"",
    "val/NORMAL/NORMAL2-IM-1427-0001.jpeg": b"",
    "test/PNEUMONIA/person1_virus_6.jpeg": b"",
}


def test_the_kermany_layout(make_folder):
    assert read_dataset(make_folder(KERMANY)).cases == (
        Case("test/PNEUMONIA/person1_virus_6.jpeg", "PNEUMONIA", "person1_virus", "test", "virus"),
        Case("train/NORMAL/IM-0115-0001.jpeg", "NORMAL", "IM-0115", "train", "normal"),
        Case("train/PNEUMONIA/person1_bacteria_1.jpeg", "PNEUMONIA", "person1_bacteria", "train", "bacteria"),
        Case("val/NORMAL/NORMAL2-IM-1427-0001.jpeg", "NORMAL", "NORMAL2-IM-1427", "val", "normal"),
    )


def test_kaggles_folder_in_a_folder_is_counted_once(make_folder):
    files = {f"chest_xray/{f}": b"" for f in KERMANY}
    files |= {f"chest_xray/chest_xray/{f}": b"" for f in KERMANY}
    files |= {f"chest_xray/__MACOSX/chest_xray/{f}": b"" for f in KERMANY}
    assert [c.file for c in read_dataset(make_folder(files)).cases] == sorted(f"chest_xray/{f}" for f in KERMANY)


def test_class_folders_alone_have_no_split(make_folder):
    dataset = read_dataset(make_folder({"normal/a.png": b"", "Pneumonia/b.dcm": b"", "notes/c.txt": b""}))
    assert {(c.label, c.split) for c in dataset.cases} == {("NORMAL", ""), ("PNEUMONIA", "")}


def test_a_manifest_says_it_all(make_folder):
    manifest = (
        "file,label,split,patient,subtype,orig_width,orig_height,orig_bytes,orig_channels,sha1_of_original\n"
        "a.png,NORMAL,training,p1,,2000,1000,5,1,abc\n"
        "b.png,1,valid,p2,virus,,,,,\n"
        "gone.png,NORMAL,test,p3,,,,,,\n"
        "c.png,COVID,test,p4,,,,,,\n"
        "../../etc/passwd,NORMAL,test,p5,,,,,,\n"
    )
    folder = make_folder({"manifest.csv": manifest.encode(), "a.png": b"", "b.png": b"", "c.png": b""})
    dataset = read_dataset(folder)
    assert dataset.cases == (
        Case("a.png", "NORMAL", "p1", "train", ""),
        Case("b.png", "PNEUMONIA", "p2", "val", "virus"),
    )
    assert dataset.originals == {"a.png": Original(2000, 1000, 1, 5, "abc")}
    assert [(s.file, s.reason.split(",")[0]) for s in dataset.skipped] == [
        ("gone.png", "named in manifest.csv"),
        ("c.png", "its label in manifest.csv is neither NORMAL nor PNEUMONIA"),
        ("../../etc/passwd", "named in manifest.csv"),
    ]


def test_the_patient_key_wins_over_the_number_that_two_children_share(make_folder):
    manifest = b"file,label,patient_id,patient_key\nperson1_virus_6.jpeg,PNEUMONIA,person1,person1_virus\n"
    dataset = read_dataset(make_folder({"manifest.csv": manifest, "person1_virus_6.jpeg": b""}))
    assert dataset.cases[0].patient == "person1_virus"


@pytest.mark.parametrize(
    ("manifest", "says"),
    [
        (b"file,mask\na.png,b.png\n", "has no column label"),
        (b"name,class\na.png,NORMAL\n", "has no column file and no column label"),
        (b"", "has no column file"),
        (b"\xff\xfe\x00\x01", "is not a readable table"),
    ],
)
def test_a_manifest_of_something_else_is_refused(make_folder, manifest, says):
    with pytest.raises(Refusal, match=f"“manifest.csv” of “set” {says}"):
        read_dataset(make_folder({"manifest.csv": manifest, "a.png": b"", "train/NORMAL/b.png": b""}))


def test_a_folder_of_something_else_is_refused(make_folder):
    with pytest.raises(Refusal, match="“set” holds no cases: it needs folders NORMAL and PNEUMONIA"):
        read_dataset(make_folder({"a.png": b"", "cats/b.png": b""}))


def test_kermany_is_read_by_its_manifest(shared_data):
    dataset = read_dataset(shared_data / "kermany")
    assert len(dataset.cases) == 5856
    assert dataset.skipped == ()
    assert dataset.originals["train/NORMAL/IM-0115-0001.jpeg"].height == 1858


def test_lung_masks_and_unlabelled_files_are_no_data_set(shared_data):
    for folder in ("kermany_lungmasks", "dicom"):
        with pytest.raises(Refusal, match="has no column label"):
            read_dataset(shared_data / folder)
