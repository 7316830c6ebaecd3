"""Lossless JPEG and JPEG-LS by GDCM, in a process of its own: over a broken frame GDCM may end the whole program.

Standard input holds a line of JSON (`decode`'s arguments) and the frame, standard output the bytes of the pixels.
"""

import json
import sys

import gdcm


def decode(
    frame: bytes, syntax: str, photometric: str, rows: int, columns: int, samples: int, precision: int, signed: int
) -> bytes:
    """The pixels of one frame: little endian, 8 or 16 bits by precision, colours side by side."""
    fragment = gdcm.Fragment()
    fragment.SetByteStringValue(frame)
    fragments = gdcm.SequenceOfFragments.New()
    fragments.AddFragment(fragment)
    element = gdcm.DataElement(gdcm.Tag(0x7FE0, 0x0010))
    element.SetValue(fragments.__ref__())

    image = gdcm.Image()
    image.SetNumberOfDimensions(2)
    image.SetDimensions((columns, rows, 1))
    image.SetDataElement(element)
    kind = gdcm.PhotometricInterpretation.GetPIType(photometric)
    image.SetPhotometricInterpretation(gdcm.PhotometricInterpretation(kind))
    image.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.GetTSType(syntax)))
    allocated = 8 if precision <= 8 else 16
    image.SetPixelFormat(gdcm.PixelFormat(samples, allocated, precision, precision - 1, signed))
    # GDCM hands bytes over as text.
    return bytes(image.GetBuffer().encode("utf-8", "surrogateescape"))


if __name__ == "__main__":
    arguments = json.loads(sys.stdin.buffer.readline())
    sys.stdout.buffer.write(decode(sys.stdin.buffer.read(), **arguments))
