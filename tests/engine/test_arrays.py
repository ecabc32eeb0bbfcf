"""Arrays that begin with a cache line, and products in parts."""

import numpy as np
import pytest

from app.engine.arrays import BUFFER, CACHE_LINE, SMALL, product, silent_context, zeros


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_arrays_begin_with_a_cache_line(dtype):
    for shape in ((3,), (5, 7), (2, 3, 4), (4, 0)):
        array = zeros(shape, np.dtype(dtype))
        assert array.shape == shape
        assert array.dtype == dtype
        assert array.flags.c_contiguous
        assert array.size == 0 or array.ctypes.data % CACHE_LINE == 0
        assert not array.any()


@pytest.mark.parametrize(("rows", "inner", "columns"), [(4, 3, 2), (128, 130, 64), (100, 513, 64), (3, 2000, 600)])
def test_a_product_in_parts_is_the_product_also_when_the_weights_change(rows, inner, columns):
    rng = np.random.default_rng(0)
    W, out = zeros((rows, inner), np.dtype(float)), np.empty((rows, columns))
    multiply = product(W, columns)
    for _ in range(2):
        W[:] = rng.standard_normal(W.shape)
        z = rng.standard_normal((inner, columns))
        multiply(z, out)
        np.testing.assert_allclose(out, W @ z, rtol=1e-12, atol=1e-12)


def test_only_products_that_are_not_small_are_divided():
    W = np.zeros((100, 100))
    assert product(W, SMALL // W.size + 1) != W.dot
    assert product(W, SMALL // W.size) == W.dot


def test_what_runs_in_a_silent_context_overflows_without_a_word_and_nothing_outside_does():
    silent, size = silent_context(), np.getbufsize()
    with np.errstate(over="raise"):
        assert silent.run(np.multiply, 1e200, 1e200) == np.inf
        assert silent.run(np.getbufsize) == BUFFER
        assert np.getbufsize() == size
        with pytest.raises(FloatingPointError):
            np.multiply(1e200, 1e200)
