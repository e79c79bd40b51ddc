# Where HDF5's C library is: DENIM_HDF5_INCLUDE and DENIM_HDF5_LIBRARY, which may be set. Debian has one for each MPI beside the serial one.
find_path(DENIM_HDF5_INCLUDE hdf5.h PATH_SUFFIXES hdf5/serial)
find_library(DENIM_HDF5_LIBRARY NAMES hdf5 hdf5_serial PATH_SUFFIXES hdf5/serial)
mark_as_advanced(DENIM_HDF5_INCLUDE DENIM_HDF5_LIBRARY)
