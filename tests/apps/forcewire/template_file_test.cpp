#include "apps/forcewire/template_file.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "apps/forcewire/usage_error.hpp"

namespace forcewire {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class TemplateFile : public ::testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove(path_); }

  std::vector<std::string> read(const std::string& text) {
    std::ofstream(path_) << text;
    return read_species(path_);
  }

  std::string complaint(const std::string& text) {
    try {
      read(text);
    } catch (const UsageError& error) {
      return error.what();
    }
    ADD_FAILURE() << "no UsageError for " << text;
    return {};
  }

  /// `path:line: expected ..., got ...`
  auto says(int line, const std::string& expected, const std::string& got) {
    return AllOf(HasSubstr(path_.string() + ":" + std::to_string(line) + ": expected " + expected),
                 HasSubstr("got " + got));
  }

  std::filesystem::path path_ =
      std::filesystem::temp_directory_path() /
      ("forcewire_template_file_test_" + std::to_string(::getpid()) + ".xyz");
};

TEST_F(TemplateFile, PlainXyz) {
  EXPECT_THAT(read("3\na comment of any kind = 3 \"\nAr 0 0 0\n  Kr\t1.5 -2e1 3\nAr 4 5 6\n"),
              ElementsAre("Ar", "Kr", "Ar"));
}

TEST_F(TemplateFile, MoreColumnsMoreFramesNoFinalNewlineAndDosLines) {
  EXPECT_THAT(read("1\n\nAr 0 0 0 0.1 0.2 0.3\n1\n\nKr 0 0 0\n"), ElementsAre("Ar"));
  EXPECT_THAT(read(" 1 \n\nAr 0 0 0"), ElementsAre("Ar"));
  EXPECT_THAT(read("2\r\n\r\nAr 0 0 0\r\nKr 0 0 0\r\n"), ElementsAre("Ar", "Kr"));
}

TEST_F(TemplateFile, ExtendedXyzWithColumnsInAnyOrder) {
  EXPECT_THAT(read("2\nLattice=\"5 0 0 0 5 0 0 0 5\" Properties=species:S:1:pos:R:3 pbc=\"T T T\"\n"
                   "Ar 0 0 0\nKr 1 1 1\n"),
              ElementsAre("Ar", "Kr"));
  EXPECT_THAT(read("2\nProperties=id:I:1:pos:R:3:species:S:1:forces:R:3\n"
                   "1 0 0 0 Ar 9 9 9\n2 1 1 1 Kr 9 9 9\n"),
              ElementsAre("Ar", "Kr"));
  EXPECT_THAT(read("1\nenergy=1 Properties=\"pos:R:3:species:S:1\"\n0 0 0 Xe\n"),
              ElementsAre("Xe"));
}

TEST_F(TemplateFile, ComplaintsNameFileAndLine) {
  EXPECT_THAT(complaint(""), says(1, "the number of atoms", "the end of the file"));
  EXPECT_THAT(complaint("Ar 0 0 0\n"), says(1, "the number of atoms", "\"Ar 0 0 0\""));
  EXPECT_THAT(complaint("0\n\n"), says(1, "the number of atoms", "\"0\""));
  EXPECT_THAT(complaint("-3\n\n"), says(1, "the number of atoms", "\"-3\""));
  EXPECT_THAT(complaint("99999999999999999999\n\n"), says(1, "the number of atoms", "\"999"));
  EXPECT_THAT(complaint("2"), says(2, "a comment line", "the end of the file"));
  EXPECT_THAT(complaint("2\n\nAr 0 0 0\n"), says(4, "atom 2 of 2", "the end of the file"));
  EXPECT_THAT(complaint("2\n\nAr 0 0 0\nKr 0 0\n"),
              says(4, "4 columns for atom 2 of 2", "\"Kr 0 0\""));
  EXPECT_THAT(complaint("1\n\nAr a b c\n"), says(3, "species x y z", "\"Ar a b c\""));
  EXPECT_THAT(complaint("1\nProperties=pos:R:3\n0 0 0\n"), says(2, "Properties=", "\"pos:R:3\""));
  EXPECT_THAT(complaint("1\nProperties=species:S:one\nAr\n"),
              says(2, "Properties=", "\"species:S:one\""));
  const std::string wide = "x:R:18446744073709551615:species:S:1";  // and one: 0 columns
  EXPECT_THAT(complaint("1\nProperties=" + wide + "\nAr\n"), says(2, "Properties=", "\"" + wide));
  EXPECT_THAT(complaint("1\nProperties=species:S\nAr\n"), says(2, "Properties=", "\"species:S\""));
  EXPECT_THAT(complaint("1\nProperties=pos:R:3:species:S:1\n0 0 0\n"),
              says(3, "4 columns for atom 1 of 1", "\"0 0 0\""));
}

TEST_F(TemplateFile, FilesThatCannotBeRead) {
  try {
    read_species("/no/such/file.xyz");
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("/no/such/file.xyz"), HasSubstr("No such file")));
  }
  try {
    read_species("/");
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), HasSubstr("a directory"));
  }
  try {
    read_species("/" + std::string(300, 'x'));  // not even the file system wants to look
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), HasSubstr("File name too long"));
  }
}

}  // namespace
}  // namespace forcewire
