// Prints what `forcewire --help` prints, for the manual. Not the program itself: that starts MPI,
// which the machine on which software is built may not be meant to run.

#include <iostream>
#include <variant>

#include "apps/forcewire/command_line.hpp"

int main() {
  const char* const words[] = {"forcewire", "--help"};
  std::cout << std::get<forcewire::Page>(forcewire::parse_command_line(2, words)).text;
}
