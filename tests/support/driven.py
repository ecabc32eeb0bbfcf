"""What is asked of the page, in any browser that runs expressions in it."""

ITERATION = """Number(document.querySelector("#history").ariaValueMax)"""
LENGTH = """Number(document.querySelector("#number-sequence_length").value)"""
# How many different colours the stage shows: a blank sheet has one.
COLOURS = """
  const seen = new Set();
  for (const sheet of document.querySelectorAll(".network canvas")) {
    const { data } = sheet.getContext("2d").getImageData(0, 0, sheet.width, sheet.height);
    for (let i = 0; i < data.length; i += 4) seen.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
  }
  return seen.size;
"""
STANDS = 'document.querySelector("#play").ariaLabel === "Play"'


def shown(selector: str) -> str:
    return f'document.querySelector("{selector}")?.checkVisibility() === true'
