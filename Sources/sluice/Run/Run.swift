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

  @OptionGroup var options: RunOptions

  func run() throws {
    do {
      let source = ConfigurationSource { try options.load() }
      var service = Service(try source.load(), source)
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
