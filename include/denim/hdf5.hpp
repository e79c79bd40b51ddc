// SPDX-License-Identifier: MIT
#pragma once

// Weights from Keras's own files, .keras, .weights.h5 and .h5: needs what denim/exchange.hpp needs, and the HDF5 library. For files of a source
// that is trusted: HDF5's library is not made for others.

#include <denim/exchange/keras_weights.hpp>
#include <denim/format/hdf5.hpp>
