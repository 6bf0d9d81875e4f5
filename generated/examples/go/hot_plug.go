// Reads one device, as for hot-plug, gives it a name and writes it.
package main

import (
	"fmt"
	"log"

	"libvirt.org/go/libvirtxml"
)

func main() {
	var disk libvirtxml.DomainDisk
	if err := disk.Unmarshal("<disk type='block'><source dev='/dev/sdx'/><target dev='vdb'/></disk>"); err != nil {
		log.Fatal(err)
	}
	disk.Alias = &libvirtxml.DomainAlias{Name: "ua-data"}
	text, err := disk.Marshal()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(text)
}
