import groovy.json.JsonSlurper
import io.github.mmupgrade.it.ItInstallation

def it = ItInstallation.of(basedir)
try {
    assert it.answeredVersion().contains('5.25.7')
    assert it.rows() == it.rowsBefore()
    assert it.config() == it.configBefore()
    assert !new File(basedir, 'backups').exists()
    def report = new File(basedir, 'target/rehearsal.json')
    def found = new JsonSlurper().parse(report)
    assert found.hops == ['5.37.10']
    assert found.failure == null
    assert found.prediction.downtimeMilliseconds > 0
    def log = it.log()
    assert log.contains('Rehearsal of the upgrade 5.25.7 -> 5.37.10')
    assert !log.contains(it.database().password())
    assert !report.getText('UTF-8').contains(it.database().password())
    def scratch = (log =~ /Rehearsal directory: (\S+)/)[0][1]
    assert !new File(scratch).exists()
} finally {
    it.end()
}
return true
