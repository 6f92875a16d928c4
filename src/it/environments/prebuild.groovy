import io.github.mmupgrade.it.ItInstallation

ItInstallation.prepare(basedir, '5.25.7', [
        'mattermost.archive': ItInstallation.archive('5.37.10').toString(), 'mattermost.installDirectory': ''])
def properties = new File(basedir, 'test.properties')
properties.text = properties.readLines().findAll { line -> !line.startsWith('mattermost.installDirectory') }.join('\n')
return true
