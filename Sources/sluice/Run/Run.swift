import ArgumentParser
import Configuration

struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Start the proxy.",
    discussion: """
      With no flag at all it listens on 127.0.0.1:3128, lets the built-in default list through and \
      nothing else, and records every decision. Every flag is also an environment variable; a flag \
      wins over its variable, both win over the configuration file, and that over the defaults.

        sluice run
        sluice run --access none
        sluice run --config /etc/sluice/sluice.yaml
        sluice run --listen 10.0.0.1:3128 --allowlist default --allowlist ./team.allow

      Signals: SIGTERM and SIGINT end it when the open tunnels have ended or --drain has passed; a \
      second one ends it at once. SIGHUP reads configuration and lists again, as `sluice reload` does and \
      as a changed file does by itself. SIGUSR1 opens the audit file anew, for logrotate(8).
      """)

  @Flag(
    help: ArgumentHelp(
      "Take over from the process that runs with the same --admin.",
      discussion: """
        It hands its listening sockets and the audit log over once this one is ready, and ends when its \
        tunnels have; no connection is refused meanwhile. Without one, this one just starts.
        """))
  var replace = false

  @OptionGroup var options: RunOptions

  func run() throws {
    do {
      let source = ConfigurationSource { try options.load() }
      var service = Service(try source.load(), source, replaces: replace)
      do {
        try service.run()
      } catch {
        throw source.explain(error)
      }
    } catch {
      throw failure(error)
    }
  }
}
