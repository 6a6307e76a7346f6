#include "apps/forcewire/launcher.hpp"

#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <thread>

namespace forcewire {
namespace {

constexpr char child_lives = 'c';
constexpr char child_has_lived = 'e';
constexpr char thread_has_ended = 't';

/// A child that says again and again that it lives, until it is ended, or half a minute is over:
/// that nobody may take for an end by the launcher, so it says so as well.
void live(int out) {
  for (int i = 0; i < 3000; ++i) {
    if (::write(out, &child_lives, 1) != 1) return;
    ::usleep(10000);
  }
  if (::write(out, &child_has_lived, 1) != 1) return;
}

/// A launcher that starts its child from a thread which ends when the child is there.
[[noreturn]] void launch(int out) {
  std::array<int, 2> pipe{};
  if (::pipe(pipe.data()) != 0) ::_exit(1);
  std::thread([&] {
    if (::fork() == 0) {
      end_with_launcher(::getppid());
      if (::write(pipe[1], &child_lives, 1) == 1) live(out);
      ::_exit(0);
    }
    char word = 0;
    if (::read(pipe[0], &word, 1) != 1) ::_exit(1);
  }).join();
  if (::write(out, &thread_has_ended, 1) == 1) ::sleep(30);
  ::_exit(0);
}

/// The next word, or 0 at the end of all who may write, or '?' after ten seconds.
char hear(int in) {
  pollfd waiting{.fd = in, .events = POLLIN, .revents = 0};
  if (::poll(&waiting, 1, 10000) != 1) return '?';
  char word = 0;
  return ::read(in, &word, 1) == 1 ? word : '\0';
}

TEST(Launcher, ItsEndIsOurs_NotThatOfTheThreadThatStartedUs) {
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  const pid_t launcher = ::fork();
  if (launcher == 0) launch(pipe[1]);
  ::close(pipe[1]);

  char word = hear(pipe[0]);
  while (word == child_lives) word = hear(pipe[0]);
  ASSERT_EQ(word, thread_has_ended);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(hear(pipe[0]), child_lives);

  ::kill(launcher, SIGKILL);
  ::waitpid(launcher, nullptr, 0);
  // First come the words that it said before, up to three thousand.
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  do {
    word = hear(pipe[0]);
  } while (word == child_lives && std::chrono::steady_clock::now() < deadline);
  EXPECT_EQ(word, '\0');
  ::close(pipe[0]);
}

}  // namespace
}  // namespace forcewire
