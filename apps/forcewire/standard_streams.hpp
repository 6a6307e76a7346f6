#pragma once

namespace forcewire {

/// Opens /dev/null where standard input, output or error is closed. Otherwise the next descriptors
/// that this process opens, a socket of MPI's for example, would take their numbers, and what we
/// print would go there. To be called before anything else opens a file.
void open_closed_standard_streams();

}  // namespace forcewire
