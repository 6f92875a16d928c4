import groovy.json.JsonSlurper
import io.github.mmupgrade.it.ItInstallation

def it = ItInstallation.of(basedir)
try {
    assert it.answeredVersion().contains('5.37.10')
    def config = new JsonSlurper().parseText(it.config())
    assert config.TeamSettings.SiteName == 'Staging'
    assert config.EmailSettings.SendEmailNotifications == false
    assert it.rows() == it.rowsBefore()
} finally {
    it.end()
}
return true
