import io.github.mmupgrade.it.ItInstallation

def it = ItInstallation.prepare(basedir, '5.25.7', ['mattermost.archive': ItInstallation.archive('5.37.10').toString()])
it.server().misbehave('5.37 fail-start')
it.remember()
return true
