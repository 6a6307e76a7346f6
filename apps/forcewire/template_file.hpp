#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace forcewire {

/// Species of all atoms from the first frame of an xyz or extended-xyz file.
///
/// The first line holds the number of atoms, the second is free text, then each atom has a line.
/// Its first word is the species, unless the second line says otherwise in the manner of extended
/// xyz: `Properties=pos:R:3:species:S:1`.
///
/// @return the species in the order of the file, which must be that of the server
/// @throws UsageError when the file cannot be read or is no such file; the text names file and line
std::vector<std::string> read_species(const std::filesystem::path& path);

}  // namespace forcewire
